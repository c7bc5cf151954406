"""Both learners of afterstates: they learn, go on bit for bit, and refuse what is no number."""

from pathlib import Path

import numpy as np
import pytest
import torch

from app.training.checkpoints import load_trainer, save_trainer
from app.training.guard import NonFiniteError
from app.training.hyperparameters import Hyperparameters
from app.training.make_trainer import make_trainer
from app.training.metrics import RecentGames, training_update
from app.training.ppo_trainer import PPOTrainer
from app.training.run_folder import read_run
from app.training.td.lookup import is_lookup
from app.training.td.lookup_trainer import LookupTrainer
from app.training.td.network_trainer import NetworkTrainer, lambda_targets
from app.training.td.td_trainer import TDTrainer
from tests.training.run_folders import make_run
from tests.training.td.lookups import QUICK, lookup_model, lookup_trainer

KINDS = [{"tile_values": 6}, {"tile_values": 6, "features": 2, "shared": True}]


def trainer(folder: Path, props: dict[str, object], seed: int = 5) -> TDTrainer:
    model = lookup_model(folder, **props)
    settings = Hyperparameters.from_values(QUICK | {"n_steps": 16, "minibatch": 16})
    made = make_trainer(model.config, model, settings, total_steps=10**6, seed=seed)
    assert isinstance(made, TDTrainer)
    return made


def weights_of(learner: TDTrainer) -> list[torch.Tensor]:
    return [tensor.clone() for tensor in learner.model.state_dict().values()]


def same(left: list[torch.Tensor], right: list[torch.Tensor]) -> bool:
    return all(torch.equal(one, other) for one, other in zip(left, right, strict=True))


def test_a_design_gets_its_learner(tmp_path: Path) -> None:
    assert isinstance(trainer(tmp_path, KINDS[0]), LookupTrainer)
    assert isinstance(trainer(tmp_path, KINDS[1]), NetworkTrainer)
    run = read_run(make_run(tmp_path / "ppo", template="n-tuple-policy"))
    model = run.build_model()
    made = make_trainer(model.config, model, run.hyperparameters, total_steps=9, seed=0)
    assert isinstance(made, PPOTrainer)


@pytest.mark.parametrize("props", KINDS)
def test_a_seed_gives_the_same_weights(tmp_path: Path, props: dict[str, object]) -> None:
    first, second, other = (trainer(tmp_path, props, seed) for seed in (5, 5, 6))
    for learner in (first, second, other):
        learner.update()
        learner.update()
    assert same(weights_of(first), weights_of(second))
    assert not same(weights_of(first), weights_of(other))


@pytest.mark.parametrize("props", KINDS)
def test_a_resumed_training_goes_on_bit_for_bit(tmp_path: Path, props: dict[str, object]) -> None:
    straight, recent = trainer(tmp_path, props), RecentGames()
    for _ in range(3):
        recent.add(straight.update().finished)
    info = save_trainer(tmp_path / "checkpoints", straight, recent, {})
    resumed, recent = trainer(tmp_path, props, seed=9), RecentGames()
    load_trainer(info.path, resumed, recent)
    reports = [[learner.update() for _ in range(3)] for learner in (straight, resumed)]
    assert reports[0] == reports[1]
    assert same(weights_of(straight), weights_of(resumed))
    assert straight.step == resumed.step


@pytest.mark.parametrize("props", KINDS)
def test_it_tells_how_it_goes(tmp_path: Path, props: dict[str, object]) -> None:
    learner, recent, reports = trainer(tmp_path, props), RecentGames(), []
    for _ in range(20):
        reports.append(learner.update())
        recent.add(reports[-1].finished)
    message = training_update(
        reports,
        recent,
        step=1,
        update=1,
        steps_per_second=1.0,
        algorithm=learner.algorithm,
        progress={},
    )
    assert message["loss"]["value"] > 0
    assert message["loss"]["policy"] is None
    assert message["score"]["mean"] > 100
    assert message["health"]["explained_variance"] <= 1


@pytest.mark.parametrize("props", KINDS)
def test_what_is_not_a_number_is_not_learnt(tmp_path: Path, props: dict[str, object]) -> None:
    learner = trainer(tmp_path, props)
    learner.update()
    table = dict(learner.model.named_parameters())["c1.table.weight"]
    with torch.no_grad():
        table[:] = torch.nan
    before = [learner.gradient_steps, learner.step]
    with pytest.raises(NonFiniteError, match="value"):
        learner.update()
    assert [learner.gradient_steps, learner.step] == before


def test_a_cut_off_update_keeps_what_was_learnt(tmp_path: Path) -> None:
    learner = lookup_trainer(tmp_path)
    learner.hyperparameters = Hyperparameters.from_values(QUICK | {"td_moves": 100_000})
    calls = iter(range(3))

    def interrupt() -> None:
        if next(calls, None) is None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        learner.update(interrupt)
    assert learner.step == 3 * 8192
    told = len(learner.update().finished)
    other = lookup_trainer(tmp_path)
    other.hyperparameters = Hyperparameters.from_values(QUICK | {"td_moves": learner.step})
    assert len(other.update().finished) == told
    assert same(weights_of(learner), weights_of(other))


def test_the_last_update_ends_with_the_run(tmp_path: Path) -> None:
    learner = lookup_trainer(tmp_path)
    learner.total_steps = 1500
    while not learner.complete:
        learner.update()
    assert 1500 <= learner.step < 1500 + QUICK["n_envs"]


def test_targets_look_back_from_what_followed() -> None:
    random = np.random.default_rng(0)
    rewards, values = random.random((6, 3), np.float32), random.random((6, 3), np.float32)
    ended = random.random((6, 3)) < 0.3
    last = random.random(3, np.float32)
    for trace in (0.0, 0.7, 1.0):
        found = lambda_targets(rewards, values, ended, last, trace)
        for game in range(3):
            for step in range(6):
                expected, weight = 0.0, 1.0
                for later in range(step, 6):  # the mixture of all n-step returns
                    if ended[later, game]:
                        break
                    if later == 5:
                        expected += weight * last[game]
                        break
                    reward, value = rewards[later + 1, game], values[later + 1, game]
                    expected += weight * (reward + (1 - trace) * value)
                    weight *= trace
                assert found[step, game] == pytest.approx(expected, rel=1e-5)


@pytest.mark.slow
def test_tables_soon_play_far_better_than_chance(tmp_path: Path) -> None:
    learner = lookup_trainer(tmp_path, tile_values=12)
    learner.hyperparameters = Hyperparameters.from_values({"td_moves": 500_000, "n_envs": 4})
    for _ in range(3):
        finished = learner.update().finished
    assert np.mean([game.score for game in finished]) > 8000


def test_tables_that_see_one_view_of_a_board_are_learnt_as_a_network(tmp_path: Path) -> None:
    """The kernel looks boards up as they lie."""
    assert is_lookup(lookup_model(tmp_path))
    assert not is_lookup(lookup_model(tmp_path, orientation="canonical"))
