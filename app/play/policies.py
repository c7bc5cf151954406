"""Ways to choose a move. Legend: N boards, A 4 actions, 16 cells.

Every policy here is a function of the board alone, so that a game is the same whatever the batch it
is played in, and the same again tomorrow.
"""

import numpy as np

from app.environment.board import I64, U8, U64, Bool, fill_uniform, seed_states
from app.models.game_transformer import GameTransformer
from app.play.games import Policy
from app.play.network import F32, Network
from app.play.symmetry import mean_logits, turned

_ODD = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F], np.uint64)


def random_policy(seed: int) -> Policy:
    """Any legal move, all as likely."""
    return lambda boards, masks: _draw(masks.astype(np.float64), _uniform(boards, seed))


def greedy_policy(model: GameTransformer) -> Policy:
    """The legal move that the model likes best."""
    network = Network(model)
    return lambda boards, masks: best_legal(network.evaluate(boards)[0], masks)


def sampled_policy(model: GameTransformer, seed: int) -> Policy:
    """A legal move drawn with the model's probabilities, as in training play."""
    network = Network(model)

    def choose(boards: U8, masks: Bool) -> I64:
        logits = np.where(masks, network.evaluate(boards)[0].astype(np.float64), -np.inf)
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        return _draw(weights, _uniform(boards, seed))

    return choose


def symmetric_policy(model: GameTransformer) -> Policy:
    """The legal move that the model likes best on the mean of the board's eight symmetries."""
    network = Network(model)

    def choose(boards: U8, masks: Bool) -> I64:
        logits, _ = network.evaluate(turned(boards))
        return best_legal(mean_logits(logits), masks)

    return choose


def best_legal(scores_NA: F32, masks_NA: Bool) -> I64:
    """The legal action of the highest score per board, the first of equals."""
    best: I64 = np.where(masks_NA, scores_NA, -np.inf).argmax(axis=1)
    return best


def _uniform(boards: U8, seed: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """One number from [0, 1) per board, decided by the board and the seed."""
    words: U64 = np.ascontiguousarray(boards).view(np.uint64)
    states = np.empty(len(boards), np.uint64)
    draws = np.empty(len(boards))
    seed_states(states, np.uint64(seed) + (words * _ODD).sum(axis=1, dtype=np.uint64))
    fill_uniform(states, draws)
    return draws


def _draw(
    weights_NA: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    draws_N: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> I64:
    """One action per board, with chances in proportion to its weights."""
    ends = np.cumsum(weights_NA, axis=1)
    passed = draws_N * ends[:, -1]
    chosen: I64 = (ends > passed[:, None]).argmax(axis=1)
    return chosen
