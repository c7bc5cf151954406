"""pgx: 2048 in JAX; a legal move is drawn inside the compiled step."""

from typing import Any

import jax
import pgx
from pgx.experimental import auto_reset

from peers.moves import Play, serve


def make(batch: int) -> Play:
    """One compiled call per move of the batch; the state is updated in place."""
    env = pgx.make("2048")
    restarting = jax.vmap(auto_reset(env.step, env.init))

    def step(state: Any, key: Any) -> Any:
        key, drawn, spawned = jax.random.split(key, 3)
        scores = jax.random.uniform(drawn, state.legal_action_mask.shape)
        actions = (scores * state.legal_action_mask).argmax(axis=1)
        return restarting(state, actions, jax.random.split(spawned, batch)), key

    compiled = jax.jit(step, donate_argnums=(0, 1))
    key = jax.random.PRNGKey(0)
    state = jax.jit(jax.vmap(env.init))(jax.random.split(key, batch))

    def play() -> None:
        nonlocal state, key
        state, key = compiled(state, key)
        jax.block_until_ready(state.observation)

    return play


if __name__ == "__main__":
    serve(make)
