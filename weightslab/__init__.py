"""The experiment ledger's SDK: `import weightslab as wl`.

Importing it is cheap: every part loads on first use. It never imports the Model Studio server, a
web framework or a database driver.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from weightslab.checkpointing.public import load_checkpoint, pin_checkpoint, save_checkpoint
    from weightslab.control.guards import guard_testing_context, guard_training_context
    from weightslab.control.public import (
        pause,
        pause_at_step,
        resume,
        set_mode,
        start_training,
    )
    from weightslab.evaluation.public import eval_fn, request_evaluation, run_pending_evaluation
    from weightslab.history.public import (
        get_current_experiment_hash,
        query_instance_history,
        query_sample_history,
        query_signal_history,
        signal_columns,
    )
    from weightslab.history.write_dataframe import write_dataframe
    from weightslab.history.write_history import write_history
    from weightslab.integrations.tracker import finish, init, log
    from weightslab.samples.public import (
        dataframe,
        discard_samples,
        get_discarded_samples,
        get_samples_by_tag,
        register_categorical_tag,
        set_categorical_tag,
        tag_samples,
    )
    from weightslab.serving import keep_serving, serve
    from weightslab.signals.compute import compute_signals
    from weightslab.signals.context import SignalContext
    from weightslab.signals.definition import signal
    from weightslab.signals.save import save_instance_signals, save_signals
    from weightslab.watch import watch_or_edit

_HOME = {
    "SignalContext": "signals.context",
    "compute_signals": "signals.compute",
    "dataframe": "samples.public",
    "discard_samples": "samples.public",
    "eval_fn": "evaluation.public",
    "finish": "integrations.tracker",
    "get_current_experiment_hash": "history.public",
    "get_discarded_samples": "samples.public",
    "get_samples_by_tag": "samples.public",
    "guard_testing_context": "control.guards",
    "guard_training_context": "control.guards",
    "init": "integrations.tracker",
    "keep_serving": "serving",
    "load_checkpoint": "checkpointing.public",
    "log": "integrations.tracker",
    "pause": "control.public",
    "pause_at_step": "control.public",
    "pin_checkpoint": "checkpointing.public",
    "query_instance_history": "history.public",
    "query_sample_history": "history.public",
    "query_signal_history": "history.public",
    "register_categorical_tag": "samples.public",
    "request_evaluation": "evaluation.public",
    "resume": "control.public",
    "run_pending_evaluation": "evaluation.public",
    "save_checkpoint": "checkpointing.public",
    "save_instance_signals": "signals.save",
    "save_signals": "signals.save",
    "serve": "serving",
    "set_categorical_tag": "samples.public",
    "set_mode": "control.public",
    "signal": "signals.definition",
    "signal_columns": "history.public",
    "start_training": "control.public",
    "tag_samples": "samples.public",
    "watch_or_edit": "watch",
    "write_dataframe": "history.write_dataframe",
    "write_history": "history.write_history",
}

__all__ = [
    "SignalContext",
    "compute_signals",
    "dataframe",
    "discard_samples",
    "eval_fn",
    "finish",
    "get_current_experiment_hash",
    "get_discarded_samples",
    "get_samples_by_tag",
    "guard_testing_context",
    "guard_training_context",
    "init",
    "keep_serving",
    "load_checkpoint",
    "log",
    "pause",
    "pause_at_step",
    "pin_checkpoint",
    "query_instance_history",
    "query_sample_history",
    "query_signal_history",
    "register_categorical_tag",
    "request_evaluation",
    "resume",
    "run_pending_evaluation",
    "save_checkpoint",
    "save_instance_signals",
    "save_signals",
    "serve",
    "set_categorical_tag",
    "set_mode",
    "signal",
    "signal_columns",
    "start_training",
    "tag_samples",
    "watch_or_edit",
    "write_dataframe",
    "write_history",
]


def __getattr__(name: str) -> Any:
    """Load a public name the first time it is used."""
    if name not in _HOME:
        raise AttributeError(f"module 'weightslab' has no attribute {name!r}")
    value = getattr(import_module(f"weightslab.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
