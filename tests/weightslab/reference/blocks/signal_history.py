for sample_id, step, loss, h in wl.query_signal_history("train/loss"):
    print(sample_id, step, loss)
