"""Which two designs a comparison is about."""

from __future__ import annotations

from dataclasses import dataclass

from app.designs import diff_designs
from app.errors import RequestError
from app.json_values import JsonObject
from app.services.designs_service import DesignsService
from app.services.runs_service import RunsService


@dataclass(frozen=True)
class ComparisonWish:
    """The earlier side, one of the three, and the revision of the later one (None: as it is)."""

    from_revision: int | None
    design_id: str | None
    run_id: str | None
    to_revision: int | None


async def compare(
    designs: DesignsService, runs: RunsService, design_id: str, wish: ComparisonWish
) -> JsonObject:
    """What changed, block by block, from the earlier side to the design.

    Raises RequestError 422 where there is not one earlier side, DesignNotFoundError,
    RevisionNotFoundError, RunNotFoundError.
    """
    if [wish.from_revision, wish.design_id, wish.run_id].count(None) != 2:
        raise RequestError(
            "request.query",
            "Say what to compare with: from (a revision), design_id or run_id.",
            status=422,
        )
    if wish.run_id is not None:
        before = (await runs.get(wish.run_id))["design"]
    elif wish.design_id is not None:
        before = (await designs.get(wish.design_id)).architecture
    else:
        before = await designs.revision(design_id, wish.from_revision or 0)
    if wish.to_revision is not None:
        after = await designs.revision(design_id, wish.to_revision)
    else:
        after = (await designs.get(design_id)).architecture
    return diff_designs(before, after)
