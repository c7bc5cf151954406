"""The state of a training: named by a hash, saved whole, restored to the bit."""
