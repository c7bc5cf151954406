"""Several processes of one training (torchrun): rank 0 writes what all of them have."""
