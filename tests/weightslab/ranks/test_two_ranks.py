"""torchrun: rank 0 writes what all record, and every rank follows what is edited on it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import weightslab as wl
from tests.weightslab.ranks.two_ranks import BATCH, SAMPLES
from weightslab.experiment import Experiment, use
from weightslab.samples.identity import Identity
from weightslab.store.history_reader import HistoryReader

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.slow


def torchrun(script: str, folder: Path) -> str:
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    command = [*launcher, script, str(folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ranks")
    torchrun(str(Path(__file__).with_name("two_ranks.py")), folder)
    return folder


@pytest.fixture
def told(folder: Path) -> list[dict[str, Any]]:
    return [json.loads((folder / f"rank_{rank}.json").read_text()) for rank in (0, 1)]


def test_all_values_of_both_ranks_are_in_one_store(folder: Path, told: list[Any]) -> None:
    numbers = HistoryReader(folder).sample_rows(signals=["number"]).to_pandas()
    ids = Identity.read(folder).ids_of(numbers.row.to_numpy())
    assert ids == [f"s{int(number)}" for number in numbers.value]
    first_epoch = numbers[numbers.step < told[0]["steps"][0]]
    assert len(first_epoch) == SAMPLES
    assert set(ids) == {f"s{number}" for number in range(SAMPLES)}
    losses = HistoryReader(folder).sample_rows(signals=["loss"])
    assert len(losses) == len(numbers)


def test_a_discard_on_rank_0_is_skipped_by_rank_1_and_none_waits(told: list[Any]) -> None:
    discarded = told[0]["discarded"]
    assert len(discarded) == BATCH
    assert told[1]["discarded"] == discarded
    for rank in told:
        assert len(rank["late"]) > SAMPLES / 4
        assert not set(rank["late"]) & set(discarded)
    assert told[0]["steps"] == told[1]["steps"]
    assert told[0]["steps"][0] == SAMPLES // 2 // BATCH


def test_an_edited_rate_reaches_all_ranks_at_the_same_step(told: list[Any]) -> None:
    assert set(told[0]["rates"]) == {0.1, 0.05}
    assert told[0]["rates"] == told[1]["rates"]
    assert told[0]["weights"] == told[1]["weights"]


def test_a_tag_set_on_rank_1_is_kept(folder: Path) -> None:
    tagged = json.loads((folder / "tagged.json").read_text())
    former = use(experiment := Experiment(folder))
    assert sorted(wl.get_samples_by_tag("of rank 1")) == sorted(tagged)
    experiment.close()
    use(former)


def test_a_checkpoint_of_rank_0_loads_without_the_others(folder: Path, told: list[Any]) -> None:
    former = use(experiment := Experiment(folder))
    wl.watch_or_edit({"optimizer": {"lr": 0.1}}, flag="hyperparameters")
    net = wl.watch_or_edit(nn.Linear(8, 3), flag="model")
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    wl.watch_or_edit(optimizer, flag="optimizer")
    (name,) = (path.name for path in (folder / "checkpoints").iterdir())
    assert wl.load_checkpoint(experiment_hash=name).step == told[0]["steps"][-1]
    assert net.weight.detach().flatten().tolist() == told[0]["weights"]
    experiment.close()
    use(former)


def test_ranks_other_than_0_open_no_store(told: list[Any]) -> None:
    assert [rank["journal"] for rank in told] == ["Journal", "FollowerJournal"]


def test_a_script_that_watches_on_rank_0_only_keeps_nobody_waiting(tmp_path: Path) -> None:
    script = tmp_path / "only_rank_0.py"
    script.write_text(
        "import sys, torch, torch.distributed as dist\n"
        "import weightslab as wl\n"
        "dist.init_process_group('gloo')\n"
        "net = torch.nn.Linear(2, 1)\n"
        "optimizer = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "if dist.get_rank() == 0:\n"
        "    wl.init(dir=sys.argv[1])\n"
        "    wl.watch_or_edit(optimizer, flag='optimizer')\n"
        "for _ in range(30):\n"
        "    net(torch.ones(1, 2)).sum().backward()\n"
        "    optimizer.step()\n"
        "    if dist.get_rank() == 0:\n"
        "        wl.log({'loss': 1.0})\n"
        "dist.barrier()\n"
        "dist.destroy_process_group()\n"
    )
    torchrun(str(script), tmp_path / "run")
    assert len(HistoryReader(tmp_path / "run").global_rows(signals=["loss"])) == 30


def test_a_second_session_goes_on_and_a_pause_holds_all_ranks(folder: Path) -> None:
    output = torchrun(str(Path(__file__).with_name("going_on.py")), folder)
    again = [json.loads((folder / f"again_{rank}.json").read_text()) for rank in (0, 1)]
    for rank in again:
        assert rank["loaded"] == again[0]["loaded"]
        assert rank["age"] == rank["loaded"] + 40
        assert rank["longest_s"] > 0.5
        assert rank["discarded"] == BATCH
    assert again[0]["weights"] == again[1]["weights"]
    assert output.count("Evaluation 'train_loader'") == 1  # rank 0 tells of its share
