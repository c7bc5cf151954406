wl.write_history("history.json")
