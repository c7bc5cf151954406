"""Use cases: the only layer that sees designs, training and the store together."""
