# Simple value access
loss = ctx.subscribed_value  # current step's loss

# History access (requires include_history=True)
history = ctx.subscribed_history
values = [entry['signal_value'] for entry in history]
steps = [entry['model_age'] for entry in history]  # if include_history_metadata=True
