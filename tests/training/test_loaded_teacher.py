import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from app.environment.board import U8
from app.environment.games import Games
from app.models.model_config import DynamicModelConfig
from app.models.standard_model import StandardModel
from app.play.games import play_games
from app.play.policies import greedy_policy, random_policy
from app.training.checkpoints import load_trainer, save_trainer
from app.training.hyperparameters import Hyperparameters
from app.training.loaded_teacher import LoadedTeacher, load_teacher
from app.training.metrics import RecentGames
from app.training.ppo_trainer import PPOTrainer
from app.training.run_folder import RunFolderError, read_run
from tests.training.run_folders import QUICK, make_run, train_in_place
from weightslab.checkpoints import CheckpointDamagedError

STUDENT = DynamicModelConfig(d_model=16, n_heads=2, n_layers=1, n_experts=0)


@pytest.fixture(scope="module")
def lender(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of another design, with one checkpoint."""
    folder = make_run(tmp_path_factory.mktemp("lender") / "run", template="tiny-linear")
    train_in_place(folder, updates=4)
    return folder


def trainer(lender: Path, seed: int = 0) -> PPOTrainer:
    settings = Hyperparameters.from_values({**QUICK, "anneal": False})
    return PPOTrainer(
        STUDENT,
        hyperparameters=settings,
        total_steps=1280,
        seed=seed,
        teacher=load_teacher(lender),
    )


def some_boards(count: int) -> U8:
    games = Games(count)
    games.seed(np.arange(count, dtype=np.uint64))
    games.start()
    choose = random_policy(1)
    for _ in range(50):
        games.step(choose(games.arrays.boards, games.arrays.masks))
    return games.arrays.boards.copy()


def test_its_advice_is_its_policy_over_the_legal_moves() -> None:
    torch.manual_seed(0)
    model = StandardModel(STUDENT).eval()
    board = np.array([[1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0]], np.uint8)  # only right
    assert LoadedTeacher(model, None).advise(board).tolist() == [[0.0, 1.0, 0.0, 0.0]]
    boards = some_boards(20)
    advice = LoadedTeacher(model, None).advise(boards)
    logits, _ = model(torch.from_numpy(boards.astype(np.int64)))
    chances = torch.softmax(logits.masked_fill(torch.from_numpy(advice == 0), -torch.inf), 1)
    np.testing.assert_allclose(advice, chances.numpy(), atol=1e-6)


def test_a_network_that_judges_boards_teaches_too(tmp_path: Path) -> None:
    model = read_run(make_run(tmp_path, template="n-tuple", hyperparameters={})).build_model()
    boards = some_boards(20)
    advice = LoadedTeacher(model, None).advise(boards)
    np.testing.assert_allclose(advice.sum(1), 1.0, rtol=1e-6)
    assert (advice.argmax(1) == greedy_policy(model)(boards, advice > 0)).all()


def test_it_teaches_from_the_first_update_and_its_advice_fades(lender: Path) -> None:
    learner = trainer(lender)
    weights = []
    while not learner.complete:
        report = learner.update().kickstart
        assert report is not None
        assert (report.loss is None) == (report.weight == 0)
        weights.append(report.weight)
    assert weights == pytest.approx([max(0.0, 1 - at / 5) for at in range(10)])


def test_a_network_comes_to_play_as_its_teacher(lender: Path) -> None:
    settings = {**QUICK, "n_envs": 32, "minibatch": 128, "learning_rate": 0.003, "anneal": False}
    teacher = load_teacher(lender)
    with torch.no_grad():
        for parameter in teacher.model.parameters():
            parameter *= 8  # so that it is sure of itself
    learner = PPOTrainer(
        STUDENT,
        hyperparameters=Hyperparameters.from_values({**settings, "kickstart_coef": 10.0}),
        total_steps=10**9,
        teacher=teacher,
    )
    losses = [report.loss for _ in range(24) if (report := learner.update().kickstart)]
    assert all(loss is not None for loss in losses)
    assert np.mean(losses[-6:]) < 0.97 * np.mean(losses[:6])


def test_a_resumed_training_goes_on_bit_for_bit(lender: Path, tmp_path: Path) -> None:
    straight, recent = trainer(lender), RecentGames()
    for _ in range(2):
        recent.add(straight.update().finished)
    info = save_trainer(tmp_path, straight, recent, {})
    resumed = trainer(lender, seed=7)
    load_trainer(info.path, resumed, RecentGames())
    reports = [[learner.update() for _ in range(3)] for learner in (straight, resumed)]
    assert reports[0] == reports[1]


def test_the_teacher_is_what_its_run_saved(lender: Path) -> None:
    teacher = load_teacher(lender)
    played = play_games(greedy_policy(teacher.model), range(4))
    again = play_games(greedy_policy(load_teacher(lender).model), range(4))
    assert (played.scores_N == again.scores_N).all()
    assert not any(parameter.requires_grad for parameter in teacher.model.parameters())


def test_a_damaged_teacher_is_told(lender: Path, tmp_path: Path) -> None:
    copy = tmp_path / "run"
    shutil.copytree(lender, copy)
    (copy / "run.json").write_text(json.dumps({}))
    with pytest.raises(RunFolderError):
        load_teacher(copy)
    weights = next((copy / "checkpoints").iterdir()) / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(CheckpointDamagedError, match="no sound checkpoint"):
        load_teacher(copy)
