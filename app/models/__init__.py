"""Torch modules: the blocks, their base class, loading and exporting. No I/O in model files."""
