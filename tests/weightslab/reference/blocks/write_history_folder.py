wl.write_history(r"C:\tmp\myrun")                # all, current hash
wl.write_history(r"C:\tmp\myrun", experiment_hash="all")  # all hashes
