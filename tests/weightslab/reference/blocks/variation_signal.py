@wl.signal(
    name="loss_cv_over_time",
    subscribe_to="train_mlt_loss/CE",
    compute_every_n_steps=1,
    include_history=True,
    include_history_metadata=False
)
def compute_loss_cv_over_time(ctx):
    """
    Compute coefficient of variation (CV) of loss across training history.

    CV = std_dev / abs(mean)

    This metric helps detect training instability:
    - CV ≈ 0: stable training
    - CV > 0.5: high variability, training instability
    """
    loss = ctx.subscribed_value
    loss_history = ctx.subscribed_history

    # Extract signal values from history entries
    historical_values = [entry['signal_value'] for entry in loss_history]
    all_values = historical_values + [loss]

    if len(all_values) < 2:
        return 0.0

    mean = sum(all_values) / len(all_values)
    if mean == 0:
        return 0.0

    variance = sum((x - mean) ** 2 for x in all_values) / len(all_values)
    std_dev = variance ** 0.5

    return std_dev / abs(mean)
