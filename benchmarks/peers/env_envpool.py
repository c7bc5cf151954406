"""envpool: its ports of jumanji's (`Game2048-v1`) and pgx's (`Play2048-v1`) 2048 in C++."""

import sys

import envpool
import numpy as np

from peers.moves import Play, serve


def make(batch: int) -> Play:
    """One call of `step` per move of the batch, one worker thread."""
    task = sys.argv[1]
    envs = envpool.make(task, env_type="gymnasium", num_envs=batch, num_threads=1, seed=0)
    told, info = envs.reset()
    mask = (told if task.startswith("Game") else info)[_MASKS[task]]
    rng = np.random.default_rng(0)

    def play() -> None:
        nonlocal mask
        actions = (rng.random(mask.shape, np.float32) * mask).argmax(axis=1).astype(np.int32)
        told, _, _, _, info = envs.step(actions)
        mask = (told if task.startswith("Game") else info)[_MASKS[task]]

    return play


_MASKS = {"Game2048-v1": "action_mask", "Play2048-v1": "legal_action_mask"}

if __name__ == "__main__":
    serve(make)
