h = wl.get_current_experiment_hash()
print(h)  # e.g. "acf5db7dea06963a50f6b7ac"

# Useful to pin a write_history call to the run currently in progress
wl.write_history("/tmp/run", experiment_hash=h)
