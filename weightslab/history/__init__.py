"""Asking for, and writing out, what was recorded."""
