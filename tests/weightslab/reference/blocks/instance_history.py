for sig, step, val, h in wl.query_instance_history("img_0042", annotation_id=1):
    print(sig, step, val)
