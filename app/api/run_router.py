"""`/api/runs`, and the call that starts one."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from app.api.dependencies import (
    ID_PATTERN,
    DesignId,
    IdempotencyKey,
    Listing,
    NoQuery,
    RunId,
    StudioDep,
)
from app.api.event_stream import event_stream
from app.api.problems import problem_responses
from app.schemas.design import ModelArchitecture
from app.schemas.run import (
    BranchRequest,
    CheckpointList,
    EvaluationList,
    GameRecording,
    RecordedGameList,
    RunDetail,
    RunList,
    RunMetrics,
    RunStarted,
    Setting,
    TrainRequest,
)
from app.services.run_metrics import LAST_STEP, parse_names, read_curves
from app.services.run_record import run_detail
from app.services.run_request import RunWish

router = APIRouter(prefix="/api", tags=["runs"])

CheckpointStep = Annotated[int, Path(ge=0, lt=10**12)]
_EVENT_ID = re.compile(r"[0-9]{1,15}")


class RunListing(Listing):
    """`?limit&cursor&design_id`."""

    design_id: Annotated[str | None, Field(pattern=ID_PATTERN)] = None


class MetricsQuery(BaseModel):
    """`?names&max_points&from&to`: curves, points per curve, an inclusive range of steps."""

    model_config = ConfigDict(extra="forbid")

    names: Annotated[str | None, Field(max_length=5_000)] = None
    max_points: Annotated[int, Field(ge=2, le=10_000)] = 500
    from_step: Annotated[int, Field(ge=0, le=LAST_STEP, alias="from")] = 0
    to_step: Annotated[int, Field(ge=0, le=LAST_STEP, alias="to")] = LAST_STEP


class EventsQuery(BaseModel):
    """`?after`: a sequence number; the header Last-Event-ID comes first."""

    model_config = ConfigDict(extra="forbid")

    after: Annotated[int | None, Field(ge=0, le=LAST_STEP)] = None


@router.post(
    "/designs/{design_id}/train",
    status_code=202,
    operation_id="train_design",
    dependencies=[NoQuery],
    responses=problem_responses(400, 404, 409, 422, 429, 503, 507),
)
async def train_design(
    studio: StudioDep,
    design_id: DesignId,
    key: IdempotencyKey,
    response: Response,
    body: TrainRequest | None = None,
) -> RunStarted:
    """Starts a training of the design, compiling it first where it changed."""
    wanted = body or TrainRequest()
    start, teacher = wanted.from_checkpoint, wanted.kickstart_from
    wish = RunWish(
        total_steps=wanted.total_steps,
        minutes=wanted.minutes,
        seed=wanted.seed,
        hyperparameters=wanted.hyperparameters,
        from_run_id=start.run_id if start else None,
        from_step=start.step if start else None,
        teacher_run_id=teacher.run_id if teacher else None,
        teacher_step=teacher.step if teacher else None,
    )
    run_id = await studio.runs.train(design_id, wish, key)
    response.headers["Location"] = f"/api/runs/{run_id}"
    return RunStarted(run_id=run_id)


@router.get(
    "/runs/{run_id}/design",
    operation_id="fetch_run_design",
    dependencies=[NoQuery],
    response_model=ModelArchitecture,
    responses=problem_responses(404, 503),
)
async def fetch_run_design(studio: StudioDep, run_id: RunId) -> Response:
    """Returns the design exactly as the run trained it, whatever became of it since."""
    return JSONResponse((await studio.runs.get(run_id))["design"])


@router.get("/runs", operation_id="list_runs", responses=problem_responses(422, 503))
async def list_runs(studio: StudioDep, listing: Annotated[RunListing, Query()]) -> RunList:
    """Lists runs, newest first."""
    page = await studio.runs.page(listing.limit, listing.before, listing.design_id)
    items = [RunDetail.model_validate(item) for item in page.items]
    return RunList(items=items, next=str(page.next) if page.next is not None else None)


@router.get(
    "/runs/{run_id}",
    operation_id="fetch_run",
    dependencies=[NoQuery],
    responses=problem_responses(404, 503),
)
async def fetch_run(studio: StudioDep, run_id: RunId) -> RunDetail:
    """Returns state, config, latest metrics and best checkpoint."""
    return RunDetail.model_validate(run_detail(await studio.runs.get(run_id)))


@router.post(
    "/runs/{run_id}/pause",
    status_code=202,
    operation_id="pause_run",
    dependencies=[NoQuery],
    responses=problem_responses(404, 409, 503),
)
async def pause_run(studio: StudioDep, run_id: RunId) -> RunDetail:
    """Asks for a checkpoint and a pause."""
    return RunDetail.model_validate(run_detail(await studio.runs.pause(run_id)))


@router.post(
    "/runs/{run_id}/resume",
    status_code=202,
    operation_id="resume_run",
    dependencies=[NoQuery],
    responses=problem_responses(404, 409, 429, 503),
)
async def resume_run(studio: StudioDep, run_id: RunId) -> RunDetail:
    """Lets a paused run go on, or an interrupted one from its last checkpoint."""
    return RunDetail.model_validate(run_detail(await studio.runs.resume(run_id)))


@router.post(
    "/runs/{run_id}/stop",
    status_code=202,
    operation_id="stop_run",
    dependencies=[NoQuery],
    responses=problem_responses(404, 409, 503),
)
async def stop_run(studio: StudioDep, run_id: RunId) -> RunDetail:
    """Asks for a final checkpoint and the end of the run."""
    return RunDetail.model_validate(run_detail(await studio.runs.stop(run_id)))


@router.patch(
    "/runs/{run_id}/hyperparameters",
    operation_id="set_hyperparameters",
    dependencies=[NoQuery],
    responses=problem_responses(404, 409, 422, 503),
)
async def set_hyperparameters(
    studio: StudioDep, run_id: RunId, body: dict[str, Setting]
) -> RunDetail:
    """Changes settings from the next update on; the run's history tells when that was."""
    return RunDetail.model_validate(run_detail(await studio.runs.set_hyperparameters(run_id, body)))


@router.get(
    "/runs/{run_id}/checkpoints",
    operation_id="list_checkpoints",
    dependencies=[NoQuery],
    responses=problem_responses(404, 503),
)
async def list_checkpoints(studio: StudioDep, run_id: RunId) -> CheckpointList:
    """Lists the checkpoints that are on disk, oldest first, and why each is kept."""
    return CheckpointList.model_validate(await studio.runs.checkpoints(run_id))


@router.put(
    "/runs/{run_id}/checkpoints/{step}/pin",
    operation_id="pin_checkpoint",
    dependencies=[NoQuery],
    responses=problem_responses(404, 409, 422, 503, 507),
)
async def pin_checkpoint(studio: StudioDep, run_id: RunId, step: CheckpointStep) -> CheckpointList:
    """Keeps a checkpoint for good, of a run that goes on or is over; returns the list."""
    return CheckpointList.model_validate(await studio.runs.pin(run_id, step, pinned=True))


@router.delete(
    "/runs/{run_id}/checkpoints/{step}/pin",
    operation_id="unpin_checkpoint",
    dependencies=[NoQuery],
    responses=problem_responses(404, 422, 503),
)
async def unpin_checkpoint(
    studio: StudioDep, run_id: RunId, step: CheckpointStep
) -> CheckpointList:
    """Leaves a checkpoint to the run's settings, pinned or not; returns the list."""
    return CheckpointList.model_validate(await studio.runs.pin(run_id, step, pinned=False))


@router.get(
    "/runs/{run_id}/evaluations",
    operation_id="list_evaluations",
    dependencies=[NoQuery],
    responses=problem_responses(404, 503),
)
async def list_evaluations(studio: StudioDep, run_id: RunId) -> EvaluationList:
    """Lists what each evaluation of the run gave, oldest first."""
    return EvaluationList.model_validate({"items": await studio.runs.evaluations(run_id)})


@router.get(
    "/runs/{run_id}/games",
    operation_id="list_games",
    dependencies=[NoQuery],
    responses=problem_responses(404, 503),
)
async def list_games(studio: StudioDep, run_id: RunId) -> RecordedGameList:
    """Lists the recorded games that are kept: best, median and worst of each evaluation."""
    return RecordedGameList.model_validate({"items": await studio.runs.games(run_id)})


@router.get(
    "/runs/{run_id}/games/{game_id}",
    operation_id="fetch_game",
    dependencies=[NoQuery],
    responses=problem_responses(404, 503),
)
async def fetch_game(studio: StudioDep, run_id: RunId, game_id: str) -> GameRecording:
    """Returns a recorded game: its seed and its moves, from which every board follows."""
    return GameRecording.model_validate(await studio.runs.game(run_id, game_id))


@router.post(
    "/runs/{run_id}/branch",
    status_code=202,
    operation_id="branch_run",
    dependencies=[NoQuery],
    responses=problem_responses(404, 409, 422, 429, 503, 507),
)
async def branch_run(
    studio: StudioDep, run_id: RunId, body: BranchRequest, response: Response
) -> RunStarted:
    """Starts a new run from a checkpoint's weights and optimizer."""
    wish = RunWish(
        total_steps=body.total_steps,
        minutes=body.minutes,
        hyperparameters=body.hyperparameters,
        from_step=body.step,
    )
    new_id = await studio.runs.branch(run_id, wish)
    response.headers["Location"] = f"/api/runs/{new_id}"
    return RunStarted(run_id=new_id)


@router.get(
    "/runs/{run_id}/metrics",
    operation_id="fetch_metrics",
    responses=problem_responses(404, 422, 503),
)
async def fetch_metrics(
    studio: StudioDep, run_id: RunId, query: Annotated[MetricsQuery, Query()]
) -> RunMetrics:
    """Returns curves, each reduced to max_points with its extremes kept."""
    names = parse_names(query.names)
    record = await studio.runs.get(run_id)
    series = await read_curves(
        studio.store.events,
        studio.hub.feeds.get(record["id"]),
        record["id"],
        names,
        first_step=query.from_step,
        last_step=query.to_step,
        max_points=query.max_points,
    )
    return RunMetrics(run_id=run_id, series=series)


@router.get(
    "/runs/{run_id}/events",
    operation_id="follow_run",
    response_class=Response,
    responses={
        200: {
            "description": "Server-sent events: `training_update`, `evaluation`, `run_state`, "
            "`alert`, `reset`; `id` is a sequence number. Last-Event-ID replays from there.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        204: {"description": "The run is over and Last-Event-ID names its last event."},
        **problem_responses(404, 429, 503),
    },
)
async def follow_run(
    studio: StudioDep, run_id: RunId, request: Request, query: Annotated[EventsQuery, Query()]
) -> Response:
    """Streams what happens in the run."""
    record = await studio.runs.get(run_id)
    last_event_id = request.headers.get("last-event-id", "")
    after = query.after
    if last_event_id:
        after = int(last_event_id) if _EVENT_ID.fullmatch(last_event_id) else None
    if after is not None and after > record["last_seq"]:
        after = None  # not of this run: tell what is recent
    if after is not None and await studio.streams.is_told(record, after):
        return Response(status_code=204)
    studio.streams.check_room()
    events = studio.streams.follow(record, after)
    return event_stream(events, stall_s=studio.settings.stream_stall_s)
