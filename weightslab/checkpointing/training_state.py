"""Everything a training goes on from, collected and put back.

Taken at the end of a step: weights and buffers, optimizers, their schedulers and gradient scalers,
random states, the place of every loader in its epoch, the hyperparameters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import torch

from weightslab import random_state
from weightslab.errors import CheckpointMismatchError
from weightslab.watched.optimizer import loaded

if TYPE_CHECKING:
    from weightslab.experiment import Experiment

State = dict[str, Any]


def collect(experiment: Experiment) -> State:
    """The state of the experiment's training as it is now."""
    has_cuda: bool = torch.cuda.is_initialized()  # type: ignore[no-untyped-call]
    return {
        "step": experiment.step,
        "models": {name: model.state_dict() for name, model in experiment.models.items()},
        "optimizers": {name: held.state_dict() for name, held in experiment.optimizers.items()},
        "companions": {
            name: [companion.state_dict() for companion in companions]
            for name, companions in experiment.companions.items()
        },
        "loaders": {
            name: loader.state_dict()
            for name, loader in experiment.loaders.items()
            if hasattr(loader, "state_dict")
        },
        "hyperparameters": _plain(experiment.hyperparameters),
        "random": random_state.capture(),
        "cuda": torch.cuda.get_rng_state_all() if has_cuda else [],
    }


def restore(experiment: Experiment, state: State) -> None:
    """Put a state back into what is watched under the same names.

    Hyperparameters stay as they are: the script and its user decide about them. What they edited
    in this run goes before what the state says, for example of the learning rate.

    Raises:
        CheckpointMismatchError: it does not fit what is watched; nothing is changed.
    """
    differences = list(_differences(experiment, state))
    if differences:
        raise CheckpointMismatchError(f"the checkpoint does not fit: {'; '.join(differences[:3])}.")
    for name, model in experiment.models.items():
        model.load_state_dict(state["models"][name])
    experiment.control.models_changed()
    for name, optimizer in experiment.optimizers.items():
        optimizer.load_state_dict(state["optimizers"][name])
        loaded(optimizer, state["hyperparameters"] or {})
    for name, companions in experiment.companions.items():
        for companion, held in zip(companions, state["companions"][name], strict=True):
            companion.load_state_dict(held)
    for name, loader in experiment.loaders.items():
        if name in state["loaders"] and hasattr(loader, "load_state_dict"):
            loader.load_state_dict(state["loaders"][name])
    random_state.restore(state["random"])
    for device, held in enumerate(state["cuda"][: torch.cuda.device_count()]):
        torch.cuda.set_rng_state(held, device)
    experiment.step = state["step"]


def _differences(experiment: Experiment, state: State) -> Iterator[str]:
    """Sentences on what keeps a state from being put back."""
    for kind in ("models", "optimizers", "companions"):
        for name in getattr(experiment, kind):
            if name not in state[kind]:
                known = ", ".join(state[kind]) or "nothing"
                yield f"{kind} {name!r} is not in it, but {known}"
    for name, model in experiment.models.items():
        if name in state["models"]:
            yield from _other_tensors(name, model.state_dict(), state["models"][name])
    for name, optimizer in experiment.optimizers.items():
        held = state["optimizers"].get(name, {}).get("param_groups")
        own = [len(group["params"]) for group in optimizer.param_groups]
        if held is not None and [len(group["params"]) for group in held] != own:
            yield f"optimizer {name!r} has other parameters"
    for name, companions in experiment.companions.items():
        if len(state["companions"].get(name, companions)) != len(companions):
            yield f"optimizer {name!r} has another number of schedulers and scalers"


def _other_tensors(name: str, own: Mapping[str, Any], held: Mapping[str, Any]) -> Iterator[str]:
    for path in own.keys() ^ held.keys():
        yield f"{path} of {name!r} is in only one of them"
    for path in own.keys() & held.keys():
        shapes = [getattr(entry, "shape", None) for entry in (own[path], held[path])]
        if shapes[0] != shapes[1]:
            yield f"{path} of {name!r} is {shapes[0]}, there {shapes[1]}"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    known = value is None or isinstance(value, bool | int | float | str)
    return value if known else repr(value)
