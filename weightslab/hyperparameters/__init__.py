"""The parts of watched hyperparameters: values, the dict that notices edits, the file."""
