"""jumanji: 2048 in JAX; a legal move is drawn inside the compiled step."""

from typing import Any

import jax
import jumanji
from jumanji.wrappers import VmapAutoResetWrapper

from peers.moves import Play, serve


def make(batch: int) -> Play:
    """One compiled call per move of the batch; the state is updated in place."""
    envs = VmapAutoResetWrapper(jumanji.make("Game2048-v1"))

    def step(state: Any, mask: Any, key: Any) -> Any:
        key, drawn = jax.random.split(key)
        actions = (jax.random.uniform(drawn, mask.shape) * mask).argmax(axis=1)
        state, timestep = envs.step(state, actions)
        return state, timestep.observation.action_mask, key, timestep.observation.board

    compiled = jax.jit(step, donate_argnums=(0, 1, 2))
    key = jax.random.PRNGKey(0)
    state, timestep = jax.jit(envs.reset)(jax.random.split(key, batch))
    mask = timestep.observation.action_mask

    def play() -> None:
        nonlocal state, mask, key
        state, mask, key, board = compiled(state, mask, key)
        jax.block_until_ready(board)

    return play


if __name__ == "__main__":
    serve(make)
