wl.write_dataframe("tags.csv", format="csv", columns="tags")
