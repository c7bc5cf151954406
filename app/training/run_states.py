"""The life of a run as a machine: every change of state has a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class RunState(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    STOPPED = "stopped"
    COMPLETED = "completed"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def is_terminal(self) -> bool:
        """Whether nothing follows."""
        return self in TERMINAL

    @property
    def is_live(self) -> bool:
        """Whether a worker process belongs to it."""
        return self in LIVE


TERMINAL = frozenset({RunState.STOPPED, RunState.COMPLETED, RunState.FAILED})
LIVE = frozenset({RunState.STARTING, RunState.RUNNING, RunState.PAUSED, RunState.STOPPING})


class IllegalTransitionError(Exception):
    """The transition does not lead away from the state."""


@dataclass(frozen=True)
class Transition:
    """From which states a transition leads, and where to."""

    sources: frozenset[RunState]
    target: RunState


def _from(*sources: RunState, to: RunState) -> Transition:
    return Transition(frozenset(sources), to)


_S = RunState
TRANSITIONS: Mapping[str, Transition] = {
    "launch": _from(_S.QUEUED, to=_S.STARTING),
    "worker_started": _from(_S.STARTING, to=_S.RUNNING),
    "worker_paused": _from(_S.STARTING, _S.RUNNING, to=_S.PAUSED),
    "worker_resumed": _from(_S.PAUSED, to=_S.RUNNING),
    "ask_stop": _from(_S.STARTING, _S.RUNNING, _S.PAUSED, to=_S.STOPPING),
    "cancel": _from(_S.QUEUED, _S.INTERRUPTED, to=_S.STOPPED),
    "worker_stopped": _from(*LIVE, to=_S.STOPPED),
    "complete": _from(*LIVE, to=_S.COMPLETED),
    "fail": _from(_S.QUEUED, *LIVE, to=_S.FAILED),
    "interrupt": _from(*LIVE, to=_S.INTERRUPTED),
    "requeue": _from(_S.INTERRUPTED, to=_S.QUEUED),
}


def next_state(state: RunState, transition: str) -> RunState:
    """Where `transition` leads from `state`. Raises IllegalTransitionError."""
    step = TRANSITIONS[transition]
    if state not in step.sources:
        raise IllegalTransitionError(f"{transition} does not lead away from {state}")
    return step.target


ACTIONS: Mapping[str, frozenset[RunState]] = {
    "pause": frozenset({_S.STARTING, _S.RUNNING}),
    "resume": frozenset({_S.PAUSED, _S.INTERRUPTED}),
    "stop": frozenset({_S.QUEUED, _S.STARTING, _S.RUNNING, _S.PAUSED, _S.INTERRUPTED}),
    "set_hyperparameters": frozenset(set(RunState) - TERMINAL - {_S.STOPPING}),
}
"""What a user may ask for in which state."""


def allowed_actions(state: RunState) -> Sequence[str]:
    """The actions that make sense now, in a fixed order."""
    return [action for action, states in ACTIONS.items() if state in states]
