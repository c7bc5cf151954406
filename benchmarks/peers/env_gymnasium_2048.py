"""gymnasium-2048: one game in Python; it tells no mask, so any of the four moves is played."""

import gymnasium
import gymnasium_2048  # noqa: F401  registers the environment
import numpy as np

from peers.moves import Play, serve


def make(batch: int) -> Play | None:
    """One call of `step` per move."""
    if batch != 1:
        return None
    env = gymnasium.make("gymnasium_2048/TwentyFortyEight-v0")
    env.reset(seed=0)
    draws = np.random.default_rng(0).integers(4, size=4099).tolist()
    moves = 0

    def play() -> None:
        nonlocal moves
        moves += 1
        _, _, ended, _, _ = env.step(draws[moves % len(draws)])
        if ended:
            env.reset()

    return play


if __name__ == "__main__":
    serve(make)
