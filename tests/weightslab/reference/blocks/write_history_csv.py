wl.write_history(
    "run1_samples.csv",
    format="csv",
    type_of_history="sample",
    experiment_hash="abc123",
)
