wl.write_dataframe()
