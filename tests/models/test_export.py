"""Exports of a really trained checkpoint, by the same command that the server runs."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from safetensors import safe_open

from app.models.export import ExportError, compare_with_torch, main, open_exportable
from app.models.loader import load_model_class
from tests.training.run_folders import make_run, train_in_place


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = make_run(tmp_path_factory.mktemp("run"), template="residual-experts")
    return folder, train_in_place(folder, updates=1)


def export(
    trained: tuple[Path, str], fmt: str, out: Path, capsys: pytest.CaptureFixture[str]
) -> dict[str, Any]:
    folder, checkpoint = trained
    main(["--run-dir", str(folder), "--checkpoint", checkpoint, "--fmt", fmt, "--out", str(out)])
    answer: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return answer


def test_onnx_agrees_with_torch_on_any_batch_and_carries_the_design(
    trained: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "model.onnx"
    answer = export(trained, "onnx", out, capsys)
    assert answer["ok"], answer
    assert answer["max_abs_diff"] < 1e-4
    session = onnxruntime.InferenceSession(str(out))
    (given,) = session.get_inputs()
    assert (given.name, given.type, given.shape[1:]) == ("board", "tensor(int64)", [16])
    assert [o.name for o in session.get_outputs()] == ["policy_logits", "value"]
    model = open_exportable(*trained).load_model()
    boards = np.random.default_rng(5).integers(0, 18, size=(33, 16))
    logits, value = session.run(None, {"board": boards})
    with torch.no_grad():
        ours = model(torch.from_numpy(boards))
    np.testing.assert_allclose(logits, ours[0].numpy(), atol=1e-4)
    np.testing.assert_allclose(value, ours[1].numpy(), atol=1e-4)
    file = onnx.load(out)
    assert file.opset_import[0].version == 17
    labels = {prop.key: prop.value for prop in file.metadata_props}
    assert (
        json.loads(labels["design"]) == json.loads((trained[0] / "run.json").read_text())["design"]
    )
    assert not list(tmp_path.glob(".tmp-*"))


def test_pt_loads_without_pickled_code(
    trained: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "model.pt"
    assert export(trained, "pt", out, capsys)["ok"]
    content = torch.load(out, weights_only=True)
    model = load_model_class(trained[0] / "model.py", None)(**content["config"])
    model.load_state_dict(content["model_state_dict"])
    assert json.loads(content["design"])["components"]
    assert content["step"] > 0


def test_safetensors_and_py(
    trained: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weights, source = tmp_path / "m.safetensors", tmp_path / "m.py"
    assert export(trained, "safetensors", weights, capsys)["ok"]
    with safe_open(weights, "pt") as file:
        assert json.loads(file.metadata()["design"])["name"]
        assert "c1.tile.weight" in file.keys()  # noqa: SIM118  not a dictionary
    assert export(trained, "py", source, capsys)["ok"]
    assert source.read_bytes() == (trained[0] / "model.py").read_bytes()


def test_what_cannot_be_exported_says_why_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_run(tmp_path / "run", template="tiny-linear")
    trained = folder, train_in_place(folder, updates=1)
    out = tmp_path / "out" / "model.onnx"
    assert export(trained, "onnx", out, capsys)["code"] == "export.disk"
    out.parent.mkdir()
    assert export((folder, "step_000000000001"), "pt", out, capsys)["code"] == "checkpoint.damaged"
    weights = folder / "checkpoints" / trained[1] / "model.safetensors"
    sound = weights.read_bytes()
    weights.write_bytes(sound[:-1] + bytes([sound[-1] ^ 1]))
    answer = export(trained, "onnx", out, capsys)
    assert answer["code"] == "checkpoint.damaged"
    assert "model.safetensors" in answer["message"]
    weights.write_bytes(sound)
    (folder / "model.py").write_text("print('changed')")
    assert export(trained, "onnx", out, capsys)["code"] == "model.source_changed"
    (folder / "run.json").write_text("{")
    assert export(trained, "onnx", out, capsys)["code"] == "export.run"
    assert not list(out.parent.iterdir())


def test_a_file_that_disagrees_is_not_handed_out(
    trained: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "model.onnx"
    export(trained, "onnx", out, capsys)
    model = open_exportable(*trained).load_model()
    with torch.no_grad():
        next(iter(model.parameters())).add_(0.5)
    with pytest.raises(ExportError, match="differs from torch"):
        compare_with_torch(model, out)


def test_the_command_ends_with_one_line_of_json(trained: tuple[Path, str], tmp_path: Path) -> None:
    folder, checkpoint = trained
    done = subprocess.run(
        [
            *(sys.executable, "-m", "app.models.export", "--run-dir", str(folder)),
            *("--checkpoint", checkpoint, "--fmt", "onnx", "--out", str(tmp_path / "m.onnx")),
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["ok"]
