"""Temporal-difference learning of what boards are worth after a move (afterstates)."""
