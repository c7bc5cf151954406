"""`/healthz`, `/readyz`, `/metrics`: at the root, for whoever runs the server."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response

from app.api.dependencies import NoQuery, StudioDep
from app.api.problems import problem_responses

router = APIRouter(tags=["health"], dependencies=[NoQuery])


@router.get("/healthz", operation_id="liveness")
async def liveness() -> dict[str, str]:
    """Answers as long as the process does."""
    return {"status": "ok"}


@router.get("/readyz", operation_id="readiness", responses=problem_responses(503))
async def readiness(studio: StudioDep) -> dict[str, str]:
    """Answers 200 while the database does too."""
    await studio.store.ping()
    return {"status": "ready"}


@router.get("/metrics", operation_id="prometheus", response_class=JSONResponse)
async def prometheus(studio: StudioDep) -> Response:
    """Figures in Prometheus' text format."""
    return Response(generate_latest(studio.figures), media_type=CONTENT_TYPE_LATEST)
