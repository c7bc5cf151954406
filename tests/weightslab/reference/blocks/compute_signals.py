wl.compute_signals(train_loader, origin="train")
