for step, batch in enumerate(train_loader):
    if wl.run_pending_evaluation():   # executes eval if pending, then continues
        continue
    # normal training step ...
