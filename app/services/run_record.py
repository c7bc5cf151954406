"""A run as a document: what was ordered, and what its events made of it.

The record is a fold of its events, so a record that was written too early can be brought up to
date from the spool at any time.
"""

from __future__ import annotations

from typing import Any

from app.json_values import JsonObject
from app.training.run_states import RunState, allowed_actions

_HISTORY_KEPT = 1_000


def apply_event(record: JsonObject, event: JsonObject) -> JsonObject:
    """The record after one more event `{seq, time, event, data}`."""
    changes = _CHANGES.get(event["event"], _nothing)(record, event)
    return {**record, **changes, "last_seq": event["seq"]}


def state_of(record: JsonObject) -> RunState:
    """Where the run stands."""
    return RunState(record["state"])


def run_detail(record: JsonObject) -> JsonObject:
    """RunDetail, as the API gives it."""
    shown = {**_SINCE_FIRST_VERSION, **record}
    shown = {key: value for key, value in shown.items() if key not in _INTERNAL}
    return {**shown, "allowed": allowed_actions(state_of(record))}


def wire_data(record: JsonObject, event: JsonObject) -> JsonObject:
    """The data of an event as streams and `latest` have it."""
    return {
        "run_id": record["id"],
        "design_id": record["design_id"],
        "seq": event["seq"],
        "time": event["time"],
        **event["data"],
    }


_SINCE_FIRST_VERSION: JsonObject = {
    "minutes": None,
    "algorithm": None,
    "kickstart": None,
    "kickstart_from": None,
    "latest_evaluation": None,
    "best_evaluation": None,
}
"""What records of earlier versions do not have."""
_INTERNAL = frozenset(
    {"number", "schema_version", "home", "closed", "design", "source_sha256", "resume_checkpoint"}
)


def _nothing(_record: JsonObject, _event: JsonObject) -> JsonObject:
    return {}


def _on_state(record: JsonObject, event: JsonObject) -> JsonObject:
    state = RunState(event["data"]["state"])
    changes: JsonObject = {"state": str(state), "reason": event["data"]["reason"]}
    if state is RunState.RUNNING and record["started_at"] is None:
        changes["started_at"] = event["time"]
    changes["ended_at"] = event["time"] if state.is_terminal else None
    return changes


def _on_update(record: JsonObject, event: JsonObject) -> JsonObject:
    data = event["data"]
    return {
        "step": data.get("step", record["step"]),
        "update": data.get("update", record["update"]),
        "algorithm": data.get("algorithm") or record.get("algorithm"),
        "kickstart": data.get("kickstart") or record.get("kickstart"),
        "latest": wire_data(record, event),
    }


def _on_evaluation(record: JsonObject, event: JsonObject) -> JsonObject:
    """What is evaluated is the checkpoint that was just written."""
    evaluation = wire_data(record, event)
    best, newest = record.get("best_evaluation"), record["latest_checkpoint"]
    if best is not None and evaluation["score"]["mean"] < best["score"]["mean"]:
        return {"latest_evaluation": evaluation}
    changes: JsonObject = {"latest_evaluation": evaluation, "best_evaluation": evaluation}
    if newest is not None and newest["step"] == evaluation["step"]:
        changes["best_checkpoint"] = newest
    return changes


def _on_checkpoint(record: JsonObject, event: JsonObject) -> JsonObject:
    data = event["data"]
    checkpoint: JsonObject = {
        "step": data["step"],
        "update": data["update"],
        "score": data["score"],
        "created_at": event["time"],
        "bytes": data["bytes"],
    }
    best = record["best_checkpoint"]
    is_rated = record.get("best_evaluation") is not None  # then training scores decide no more
    is_best = best is None or (not is_rated and _score(checkpoint) >= _score(best))
    return {"latest_checkpoint": checkpoint, "best_checkpoint": checkpoint if is_best else best}


def _score(checkpoint: JsonObject) -> float:
    score: Any = checkpoint["score"]
    return float("-inf") if score is None else float(score)


def _on_hyperparameters(record: JsonObject, event: JsonObject) -> JsonObject:
    data = event["data"]
    entry = {"time": event["time"], "step": data["step"], "values": data["values"]}
    return {
        "hyperparameters": {**record["hyperparameters"], **data["values"]},
        "history": [*record["history"], entry][-_HISTORY_KEPT:],
    }


_CHANGES = {
    "run_state": _on_state,
    "training_update": _on_update,
    "evaluation": _on_evaluation,
    "checkpoint": _on_checkpoint,
    "hyperparameters": _on_hyperparameters,
}
