"""`/api/designs/{id}/export`."""

from __future__ import annotations

from typing import Annotated, get_args

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.background import BackgroundTask
from starlette.responses import Response

from app.api.dependencies import DesignId, StudioDep
from app.api.problems import problem_responses
from app.errors import RequestError
from app.services.export_service import ExportFormat

router = APIRouter(prefix="/api/designs", tags=["designs"])


class ExportQuery(BaseModel):
    """`?fmt&run_id&step`: which file, of which run (the latest), of which checkpoint (the last)."""

    model_config = ConfigDict(extra="forbid")

    fmt: Annotated[str, Field(json_schema_extra={"enum": list(get_args(ExportFormat))})] = "pt"
    run_id: Annotated[str | None, Field(pattern=r"^[0-9a-f]{32}$")] = None
    step: Annotated[int | None, Field(ge=0)] = None


def _format(fmt: str) -> ExportFormat:
    for known in get_args(ExportFormat):
        if fmt == known:
            return known  # type: ignore[no-any-return]
    raise RequestError("export.fmt", "fmt must be pt, onnx, safetensors or py.", status=422)


@router.get(
    "/{design_id}/export",
    operation_id="export_model",
    response_class=Response,
    responses={
        200: {
            "description": "The file.",
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            },
        },
        **problem_responses(404, 409, 422, 503),
    },
)
async def export_model(
    studio: StudioDep, design_id: DesignId, query: Annotated[ExportQuery, Query()]
) -> Response:
    """Hands out a checkpoint as a file; ONNX was checked against torch."""
    fmt = _format(query.fmt)
    file = await studio.exports.export(design_id, fmt, query.run_id, query.step)
    return FileResponse(
        file.path,
        filename=file.filename,
        media_type=file.media_type,
        background=BackgroundTask(file.path.unlink, missing_ok=True),
    )
