wl.write_history()   # uses root_log_dir from the checkpoint manager
