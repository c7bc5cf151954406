"""Named values over steps: recorded by losses and metrics, derived by the user's own functions."""
