"""Our own environment: `games` (the kernels), `make_vec` or `make` (through Gymnasium)."""

import sys

import gymnasium
import numpy as np

from app.environment import GAME_ID
from app.environment.board import ACTIONS, I64, U64, Bool, next_random
from app.environment.games import Games
from app.environment.jit import compiled
from peers.moves import Play, serve


@compiled
def choose_legal(masks: Bool, states: U64, actions: I64) -> None:
    """One legal action per game, all as likely: masks [N, 4], generator states and actions [N]."""
    for game in range(len(actions)):
        legal = 0
        for action in range(ACTIONS):
            legal += masks[game, action]
        drawn = ((next_random(states, game) >> 32) * np.uint64(legal)) >> 32
        # The action with `drawn` legal ones before it.
        passed = np.uint64(0)
        actions[game] = 0
        for action in range(ACTIONS - 1):
            passed += np.uint64(masks[game, action])
            actions[game] += passed <= drawn


def kernel(batch: int) -> Play:
    """Steps of `Games`."""
    games = Games(batch)
    states = np.arange(batch, dtype=np.uint64)
    games.seed(states)
    games.start()
    actions = np.zeros(batch, np.int64)
    masks = games.arrays.masks

    def play() -> None:
        choose_legal(masks, states, actions)
        games.step(actions)

    return play


def vector(batch: int) -> Play:
    """Steps of `gymnasium.make_vec`, which copies whatever it returns."""
    envs = gymnasium.make_vec(GAME_ID, num_envs=batch)
    _, info = envs.reset(seed=0)
    states, actions = np.arange(batch, dtype=np.uint64), np.zeros(batch, np.int64)

    def play() -> None:
        nonlocal info
        choose_legal(info["action_mask"], states, actions)
        _, _, _, _, info = envs.step(actions)

    return play


def single(batch: int) -> Play | None:
    """Steps of `gymnasium.make`."""
    if batch != 1:
        return None
    env = gymnasium.make(GAME_ID)
    _, info = env.reset(seed=0)
    draws = np.random.default_rng(0).integers(ACTIONS, size=4099).tolist()
    moves = 0

    def play() -> None:
        nonlocal info, moves
        mask = info["action_mask"]
        action = draws[moves % len(draws)]
        while not mask[action]:
            action = (action + 1) % ACTIONS
        moves += 1
        _, _, ended, _, info = env.step(action)
        if ended:
            _, info = env.reset()

    return play


if __name__ == "__main__":
    serve({"games": kernel, "make_vec": vector, "make": single}[sys.argv[1]])
