for sig, step, val, h in wl.query_sample_history("img_0042"):
    print(sig, step, val)
