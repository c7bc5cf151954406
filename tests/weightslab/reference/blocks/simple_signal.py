@wl.signal(name="weighted_loss", subscribe_to="train_loss", compute_every_n_steps=1)
def weighted_loss(ctx):
    """Scale the loss value by a fixed weight."""
    return 0.0 if ctx.subscribed_value is None else 0.5 * float(ctx.subscribed_value)
