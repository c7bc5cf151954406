"""What `watch_or_edit` does with each kind of object: one module per kind, each with `watch`."""
