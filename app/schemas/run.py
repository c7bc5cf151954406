"""Runs on the wire."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

Action = Literal["pause", "resume", "stop", "set_hyperparameters"]
State = Literal[
    "queued",
    "starting",
    "running",
    "paused",
    "stopping",
    "stopped",
    "completed",
    "failed",
    "interrupted",
]
Setting = StrictBool | StrictInt | StrictFloat | Annotated[StrictStr, Field(max_length=64)]


class CheckpointChoice(BaseModel):
    """A checkpoint of a run; without `step` its latest one."""

    model_config = ConfigDict(extra="forbid", strict=True)

    run_id: str
    step: int | None = None


class TrainRequest(BaseModel):
    """What may be said of a new run; GET /api/blocks has names, defaults and bounds."""

    model_config = ConfigDict(extra="forbid", strict=True)

    total_steps: int | None = Field(default=None, description="Environment steps to train for.")
    seed: int | None = None
    hyperparameters: dict[str, Setting] = {}
    from_checkpoint: CheckpointChoice | None = None


class BranchRequest(BaseModel):
    """From which checkpoint of a run the new one starts, and what is different."""

    model_config = ConfigDict(extra="forbid", strict=True)

    step: int
    total_steps: int | None = None
    hyperparameters: dict[str, Setting] = {}


class RunStarted(BaseModel):
    """The new run."""

    run_id: str


class Checkpoint(BaseModel):
    """One checkpoint; `score` is the mean score when it was written."""

    step: int
    update: int
    score: float | None
    created_at: str
    bytes: int | None


class ListedCheckpoint(Checkpoint):
    """A checkpoint that is on disk."""

    best: bool


class CheckpointList(BaseModel):
    """Checkpoints of a run, oldest first."""

    items: list[ListedCheckpoint]


class Parent(BaseModel):
    """Where a branched run came from."""

    run_id: str
    step: int


class HyperparameterEdit(BaseModel):
    """A change that took effect at `step`."""

    time: str
    step: int | None
    values: dict[str, Setting]


class RunDetail(BaseModel):
    """One run; `latest` is its last `training_update`, `last_seq` its last event's number."""

    id: str
    design_id: str
    design_name: str
    design_revision: int
    state: State
    reason: str | None
    total_steps: int
    seed: int
    hyperparameters: dict[str, Setting]
    config: dict[str, Any]
    created_at: str
    started_at: str | None
    ended_at: str | None
    step: int
    update: int
    latest: dict[str, Any] | None
    best_checkpoint: Checkpoint | None
    latest_checkpoint: Checkpoint | None
    parent: Parent | None
    allowed: list[Action]
    history: list[HyperparameterEdit]
    last_seq: int


class RunList(BaseModel):
    """One page, newest first; `next` is the `cursor` of the next page."""

    items: list[RunDetail]
    next: str | None


class RunMetrics(BaseModel):
    """Curves by name: `[step, value]` pairs, value null where there was none."""

    run_id: str
    series: dict[str, list[tuple[int, float | None]]]
