import pytest

from app.training.experts import DEAD_SECONDS, ExpertWatch, dead_experts, usage_entropy


def test_entropy_goes_from_one_expert_to_all() -> None:
    assert usage_entropy([1.0, 0.0, 0.0, 0.0]) == 0.0
    assert usage_entropy([0.25] * 4) == pytest.approx(1.0)
    assert usage_entropy([0.5, 0.5, 0.0, 0.0]) == pytest.approx(0.5)
    assert usage_entropy([1.0]) == 1.0


def test_dead_is_less_than_a_tenth_of_an_equal_share() -> None:
    assert dead_experts([0.5, 0.474, 0.026, 0.0]) == [3]
    assert dead_experts([0.976, 0.024, 0.0, 0.0]) == [1, 2, 3]


def test_the_warning_comes_once_per_block_and_state() -> None:
    watch = ExpertWatch()
    late = DEAD_SECONDS + 1
    assert watch.look({"a": [3], "b": []}, 0.0) == {}
    assert watch.look({"a": [3], "b": []}, DEAD_SECONDS - 1) == {}
    assert watch.look({"a": [3], "b": []}, late) == {"a": [3]}
    assert watch.look({"a": [2, 3], "b": []}, late) == {}
    assert watch.look({"a": [2, 3], "b": []}, 2 * late) == {"a": [2, 3]}
    assert watch.look({"a": [3], "b": []}, 3 * late) == {}
    assert watch.look({"a": [], "b": [0]}, 3 * late) == {}
    assert watch.look({"a": [3], "b": []}, 4 * late) == {}
    assert watch.look({"a": [3], "b": []}, 5 * late) == {"a": [3]}
