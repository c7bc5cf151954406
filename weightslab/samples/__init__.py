"""Samples: who they are, their tags, discards and latest values."""
