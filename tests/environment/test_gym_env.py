import warnings
from itertools import combinations

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import (
    check_env,
    check_reset_options,
    check_reset_return_type,
    check_reset_seed_determinism,
    data_shares_objects,
)
from gymnasium.vector import AutoresetMode

import app.environment
from app.environment.gym_2048_env import Gym2048Env
from app.environment.vector import Game2048VectorEnv

GAME = app.environment.GAME_ID


def test_the_single_environment_passes_gymnasiums_checker_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(gymnasium.make(GAME).unwrapped)
        gymnasium.make(GAME, render_mode="ansi").reset(seed=1)


def test_the_vector_environment_passes_gymnasiums_checks_of_what_it_returns() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_reset_seed_determinism(gymnasium.make_vec(GAME, num_envs=4))
        check_reset_return_type(gymnasium.make_vec(GAME, num_envs=4))
        check_reset_options(gymnasium.make_vec(GAME, num_envs=4))
    envs = Game2048VectorEnv(4, max_episode_steps=3)
    returned = [envs.reset(seed=1)]
    for _ in range(4):
        actions = envs.action_space.sample()
        assert envs.action_space.contains(actions)
        boards, rewards, terminated, truncated, info = envs.step(actions)
        assert envs.observation_space.contains(boards)
        assert rewards.dtype == np.float64
        assert terminated.dtype == truncated.dtype == np.bool_
        returned.append((boards, info))
    for earlier, later in combinations(returned, 2):
        assert not data_shares_objects(earlier, later)


def test_observations_and_masks() -> None:
    env = gymnasium.make(GAME)
    board, info = env.reset(seed=3)
    assert board.dtype == np.uint8
    assert board.shape == (16,)
    assert info["action_mask"].dtype == np.bool_
    assert info["action_mask"].shape == (4,)
    assert (board > 0).sum() == 2


def test_same_seed_same_game_and_reset_goes_on_in_the_series() -> None:
    first, second = gymnasium.make(GAME), gymnasium.make(GAME)
    boards = [(e.reset(seed=11)[0].tolist(), e.reset()[0].tolist()) for e in (first, second)]
    assert boards[0] == boards[1]
    assert boards[0][0] != boards[0][1]
    assert first.reset(seed=11)[0].tolist() == boards[0][0]


def test_without_a_seed_games_differ() -> None:
    boards = {tuple(gymnasium.make(GAME).reset()[0].tolist()) for _ in range(8)}
    assert len(boards) > 1


def test_an_illegal_move_is_told() -> None:
    env = gymnasium.make(GAME)
    _, info = env.reset(seed=0)
    for _ in range(50):
        if not info["action_mask"].all():
            break
        _, _, _, _, info = env.step(int(np.flatnonzero(info["action_mask"])[0]))
    illegal = int(np.flatnonzero(~info["action_mask"])[0])
    _, reward, terminated, truncated, info = env.step(illegal)
    assert (reward, terminated, truncated, info["illegal"]) == (0.0, False, False, True)


def test_a_game_ends_when_no_move_is_left() -> None:
    env = Gym2048Env()
    _, info = env.reset(seed=5)
    total, terminated = 0.0, False
    while not terminated:
        legal = np.flatnonzero(info["action_mask"])
        _, reward, terminated, _, info = env.step(legal[-1])
        total += reward
    assert not info["action_mask"].any()
    assert info["score"] == total > 0


def test_it_draws_itself_as_text_and_as_a_picture() -> None:
    env = Gym2048Env(render_mode="ansi")
    board, _ = env.reset(seed=2)
    text = env.render()
    assert isinstance(text, str)
    assert text.count("\n") == 3
    assert text.split() == [str(1 << tile) if tile else "." for tile in board.tolist()]
    assert Gym2048Env().render() is None
    with pytest.raises(ValueError, match="render_mode"):
        Gym2048Env(render_mode="human")

    picture = Gym2048Env(render_mode="rgb_array")
    picture.reset(seed=2)
    image = picture.render()
    assert isinstance(image, np.ndarray)
    assert image.dtype == np.uint8
    squares = image[24::48, 24::48].reshape(16, 3)
    colours = {tile: squares[board == tile] for tile in np.unique(board)}
    assert all((same == same[0]).all() for same in colours.values())
    assert len({tuple(same[0]) for same in colours.values()}) == len(colours)


def test_the_mask_has_the_name_that_maskable_learners_ask_for() -> None:
    env = gymnasium.make(GAME)
    _, info = env.reset(seed=4)
    np.testing.assert_array_equal(env.get_wrapper_attr("action_masks")(), info["action_mask"])


def test_make_vec_gives_the_batched_kernel_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        envs = gymnasium.make_vec(GAME, num_envs=6)
    assert isinstance(envs.unwrapped, Game2048VectorEnv)
    assert envs.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
    boards, info = envs.reset(seed=9)
    assert boards.dtype == np.uint8
    assert boards.shape == (6, 16)
    assert envs.observation_space.contains(boards)
    assert info["action_mask"].dtype == np.bool_
    assert info["action_mask"].shape == (6, 4)


def test_the_batch_plays_as_gymnasiums_own_vector_environment() -> None:
    ours = gymnasium.make_vec(GAME, num_envs=5)
    theirs = gymnasium.make_vec(
        GAME,
        num_envs=5,
        vectorization_mode="sync",
        vector_kwargs={"autoreset_mode": AutoresetMode.SAME_STEP},
    )
    ours.action_space.seed(0)
    results = [envs.reset(seed=21) for envs in (ours, theirs)]
    same_infos(results[0][1], results[1][1])
    ended = 0
    for _ in range(1200):
        actions = ours.action_space.sample()
        mine, other = ours.step(actions), theirs.step(actions)
        for left, right in zip(mine[:4], other[:4], strict=True):
            np.testing.assert_array_equal(left, right)
            assert left.dtype == right.dtype
        same_infos(mine[4], other[4])
        ended += int(mine[2].sum())
    assert ended > 3


def same_infos(ours: dict[str, object], theirs: dict[str, object]) -> None:
    assert ours.keys() == theirs.keys()
    for name, value in ours.items():
        other = theirs[name]
        if isinstance(value, dict):
            assert isinstance(other, dict)
            same_infos(value, other)
        elif name == "final_obs":
            assert [v is None for v in value] == [v is None for v in other]  # type: ignore[attr-defined, call-overload]
            for left, right in zip(value, other, strict=True):  # type: ignore[call-overload]
                np.testing.assert_array_equal(left, right)
        else:
            np.testing.assert_array_equal(value, other)  # type: ignore[arg-type]


def test_a_batch_can_be_truncated_seeded_one_by_one_and_restarted_in_part() -> None:
    envs = Game2048VectorEnv(3, max_episode_steps=4)
    boards, _ = envs.reset(seed=[5, None, 7])
    single, _ = Gym2048Env().reset(seed=7)
    assert boards[2].tolist() == single.tolist()
    for step in range(4):
        before = boards
        boards, _, terminated, truncated, info = envs.step(np.array([step % 4] * 3))
    assert truncated.all()
    assert not terminated.any()
    assert info["final_info"]["action_mask"].any()
    assert before.shape == boards.shape
    after, _ = envs.reset(options={"reset_mask": np.array([True, False, False])})
    assert (after[1:] == boards[1:]).all()
    with pytest.raises(ValueError, match="reset_mask"):
        envs.reset(options={"reset_mask": np.array([True])})
    with pytest.raises(ValueError, match="seeds"):
        envs.reset(seed=[1, 2])
    with pytest.raises(ValueError, match="render_mode"):
        Game2048VectorEnv(1, render_mode="ansi")


def test_what_was_returned_stays_as_it_was() -> None:
    envs = Game2048VectorEnv(2)
    boards, info = envs.reset(seed=1)
    kept, mask = boards.copy(), info["action_mask"].copy()
    envs.step(np.array([0, 1]))
    envs.step(np.array([2, 3]))
    assert (boards == kept).all()
    assert (info["action_mask"] == mask).all()


def test_seeds_may_be_numpy_numbers_and_as_large_as_they_like() -> None:
    envs, single = Game2048VectorEnv(2), Gym2048Env()
    boards, _ = envs.reset(seed=np.int64(4))  # type: ignore[arg-type]
    assert boards[1].tolist() == single.reset(seed=5)[0].tolist()
    boards, _ = envs.reset(seed=2**64 - 1)
    assert boards[1].tolist() == single.reset(seed=2**64)[0].tolist()
    with pytest.raises(gymnasium.error.Error):
        single.reset(seed=-1)
