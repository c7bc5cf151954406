"""The ledger in one line for those who train with something else than a plain loop."""
