"""Evaluation passes over any watched loader while the training waits."""
