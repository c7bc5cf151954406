"""Runs on the wire."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

KeptBecause = Literal["best", "last", "every", "pinned"]
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
    minutes: StrictFloat | None = Field(
        default=None,
        description="Minutes to train for, pauses not counted; alone, no number of steps ends it.",
    )
    seed: int | None = None
    hyperparameters: dict[str, Setting] = {}
    from_checkpoint: CheckpointChoice | None = None
    kickstart_from: CheckpointChoice | None = Field(
        default=None,
        description="A checkpoint of any design, whose moves the new run learns from at first.",
    )


class BranchRequest(BaseModel):
    """From which checkpoint of a run the new one starts, and what is different."""

    model_config = ConfigDict(extra="forbid", strict=True)

    step: int
    total_steps: int | None = None
    minutes: StrictFloat | None = Field(default=None, description="Of the new run alone.")
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
    """A checkpoint that is on disk; `evaluation` is the mean score of its own evaluation."""

    best: bool
    pinned: bool
    kept_because: list[KeptBecause] = Field(description="Empty: it goes with the next one.")
    evaluation: float | None


class CheckpointList(BaseModel):
    """Checkpoints of a run, oldest first; what they take and what is left of the disk."""

    items: list[ListedCheckpoint]
    bytes: int
    free_bytes: int


class EvaluationScore(BaseModel):
    """Scores of the games; 95 % of such intervals hold the mean of ever more games."""

    mean: float
    median: float
    sem: float
    ci95: tuple[float, float]


class Evaluation(BaseModel):
    """Whole games on the same seeds; `tile_rates` is the share of them that reached a tile."""

    seq: int
    time: str
    step: int
    update: int
    elapsed_s: float = Field(description="Seconds of training until then, its own among them.")
    games: int
    mode: str
    score: EvaluationScore
    tile_rates: dict[str, float]
    max_tile: int
    seconds: float
    kickstarted: bool


class EvaluationList(BaseModel):
    """Evaluations of a run, oldest first."""

    items: list[Evaluation]


class RecordedGame(BaseModel):
    """A game of an evaluation; `model` is the digest of the weights that played it."""

    id: str
    step: int
    update: int
    kind: Literal["best", "median", "worst"]
    mode: str
    seed: int
    steps: int
    score: int
    max_tile: int
    model: str | None


class RecordedGameList(BaseModel):
    """The games that are kept, oldest step first."""

    items: list[RecordedGame]


class GameRecording(RecordedGame):
    """A game that replays from its seed.

    `moves` is base64 of two bits per move (0 up, 1 right, 2 down, 3 left), the first one in the
    lowest bits of the first byte.
    """

    version: int
    moves: str


class Kickstart(BaseModel):
    """What a teacher did last; the run's results are not those of PPO alone."""

    weight: float
    loss: float | None
    teacher_score: float | None


class Parent(BaseModel):
    """Where a branched run, or its teacher, came from."""

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
    minutes: float | None
    seed: int
    algorithm: Literal["ppo", "td"] | None = Field(description="Null before the first update.")
    kickstart: Kickstart | None
    kickstart_from: Parent | None = Field(description="The teacher, where it is of another run.")
    hyperparameters: dict[str, Setting]
    config: dict[str, Any]
    created_at: str
    started_at: str | None
    ended_at: str | None
    step: int
    update: int
    latest: dict[str, Any] | None
    latest_evaluation: Evaluation | None
    best_evaluation: Evaluation | None
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
