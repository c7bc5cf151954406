"""What `import weightslab as wl` offers, and what it costs."""

import inspect
import subprocess
import sys

import pytest

import weightslab as wl

# As the reference of user functions prints them.
SIGNATURES = {
    "watch_or_edit": "(obj, obj_name=None, flag=None, **kwargs)",
    "serve": "(serving_cli=False, serving_grpc=False, **kwargs)",
    "keep_serving": "(timeout=None)",
    "compute_signals": "(dataset_or_loader, origin=None, signals=None)",
    "save_signals": "(signals, batch_ids, preds_raw=None, targets=None, preds=None, step=None,"
    " log=True)",
    "save_instance_signals": "(signals, batch_ids, batch_idx, step=None, origin=None,"
    " targets=None, log=True)",
    "tag_samples": "(sample_ids, tag, mode='add')",
    "discard_samples": "(sample_ids, discarded=True)",
    "get_samples_by_tag": "(tag, origin='train', limit=None)",
    "get_discarded_samples": "(origin='train', limit=None)",
    "run_pending_evaluation": "(loaders=None, model=None, eval_fn=None, device=None)",
    "get_current_experiment_hash": "()",
    "query_signal_history": "(signal_name, exp_hash=None)",
    "query_sample_history": "(sample_id, signal_name=None, exp_hash=None)",
    "query_instance_history": "(sample_id, annotation_id, signal_name=None, exp_hash=None)",
    "write_history": "(path=None, format='json', type_of_history=None, graph_name=None,"
    " experiment_hash=None, sample_id=None, instance_id=None)",
    "write_dataframe": "(path=None, format='json', columns=None, sample_id=None, instance_id=None)",
    "start_training": "(timeout=None)",
}
HEAVY = {"torch", "numpy", "pandas", "pyarrow", "duckdb", "h5py", "yaml", "fsspec", "app"}


def test_the_public_surface_is_pinned_sorted_and_loads() -> None:
    assert wl.__all__ == sorted(wl._HOME)
    assert set(wl.__all__) <= set(dir(wl))
    for name in wl.__all__:
        assert getattr(wl, name).__doc__, name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = wl.nothing


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures_are_those_of_the_reference(name: str) -> None:
    bare = [
        p.replace(annotation=inspect.Parameter.empty)
        for p in inspect.signature(getattr(wl, name)).parameters.values()
    ]
    assert str(inspect.Signature(bare)) == SIGNATURES[name]


def test_the_decorators_take_what_the_reference_says() -> None:
    assert list(inspect.signature(wl.signal).parameters) == [
        "name",
        "subscribe_to",
        "compute_every_n_steps",
        "include_history",
        "include_history_metadata",
        "log",
    ]
    assert list(inspect.signature(wl.eval_fn).parameters) == ["function"]


@pytest.mark.slow
def test_importing_it_is_cheap() -> None:
    code = (
        "import sys, time; begin = time.process_time(); import weightslab as wl;"
        "print(time.process_time() - begin); print(sorted(" + repr(HEAVY) + " & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    seconds, loaded = done.stdout.splitlines()
    assert loaded == "[]"
    assert float(seconds) < 0.1


@pytest.mark.slow
def test_watching_loads_nothing_that_only_reading_needs(tmp_path: object) -> None:
    code = """
import sys, time
import torch
import weightslab as wl
model = torch.nn.Linear(2, 2)
begin = time.process_time()
wl.watch_or_edit({"root_log_dir": sys.argv[1]}, flag="hyperparameters")
wl.watch_or_edit(model, flag="model")
wl.watch_or_edit(torch.nn.MSELoss(reduction="none"), flag="loss", signal_name="l")
data = torch.utils.data.TensorDataset(torch.zeros(4, 2))
wl.watch_or_edit(data, flag="data", batch_size=2)
print(time.process_time() - begin)
print(sorted({"pandas", "duckdb", "h5py", "pyarrow.parquet"} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    seconds, loaded = done.stdout.splitlines()
    assert loaded == "[]"
    assert float(seconds) < 0.5
