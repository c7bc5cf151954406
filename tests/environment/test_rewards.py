import numpy as np
import pytest

from app.environment.rewards import SCORE_UNIT, learnt_reward

MERGED = np.array([0, 4, 40, 2048])


def test_points_and_exponents() -> None:
    np.testing.assert_allclose(learnt_reward("score", MERGED) * SCORE_UNIT, MERGED)
    np.testing.assert_allclose(learnt_reward("log2", MERGED), [0, 2, np.log2(40), 11])
    assert learnt_reward("score", MERGED).dtype == np.float32


def test_an_unknown_reward_is_refused() -> None:
    with pytest.raises(ValueError, match="no reward"):
        learnt_reward("points", MERGED)
