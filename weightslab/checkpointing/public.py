"""`save_checkpoint`, `load_checkpoint` and `pin_checkpoint`."""

from __future__ import annotations

from weightslab.checkpoints import CheckpointInfo
from weightslab.experiment import current


def save_checkpoint() -> CheckpointInfo:
    """Save the state of everything watched as it is now.

    Call it between steps, after a scheduler's step. What was watched as models, optimizers (with
    `scheduler=` and `scaler=`), and loaders is kept, with the random states.

    Raises:
        ArgumentError: a state holds what cannot be kept without pickle.
        OSError: the disk is full or refuses; older checkpoints are intact.
    """
    return current().checkpoints.save()


def load_checkpoint(step: int | None = None, experiment_hash: str | None = None) -> CheckpointInfo:
    """Put a saved state back, so that training goes on as if it had not been interrupted.

    Everything must be watched under the same names before. What is recorded afterwards belongs to a
    branch of its own: the experiment's hash with "-1" after the first load, "-2" after the next,
    unless the hash is one that nothing was recorded under before. A damaged checkpoint is set
    aside with a warning, and the newest good one before it is used: look at the answer's `step`.

    Args:
        step: default: the newest.
        experiment_hash: default: the present one, or the one it came from.

    Raises:
        UnknownNameError: there is no such checkpoint; the message lists those there are.
        CheckpointRefusedError: a file is given; pickles and the like are never read.
        CheckpointDamagedError: none of them is good.
        CheckpointMismatchError: it does not fit what is watched; nothing is changed.
    """
    return current().checkpoints.load(step, experiment_hash)


def pin_checkpoint(step: int, pinned: bool = True) -> None:
    """Keep a checkpoint for good, or leave it to the policy again.

    Raises:
        UnknownNameError: there is none of this step.
        TooManyPinsError: enough others are pinned.
    """
    current().checkpoints.pin(step, pinned)
