if ctx.is_dynamic:
    # Compute from subscribed metric
    return 0.5 * ctx.subscribed_value
else:
    # Compute from sample data
    return process_sample(ctx.data, ctx.sample_id)
