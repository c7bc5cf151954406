"""`/api/blocks` and `/api/templates`."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from starlette.responses import Response

from app.api.dependencies import NoQuery
from app.schemas.design import Catalogue, TemplateList
from app.services.designs_service import catalogue_document, template_items

router = APIRouter(prefix="/api", tags=["catalogue"], dependencies=[NoQuery])


@router.get("/blocks", operation_id="list_blocks", response_model=Catalogue)
async def list_blocks() -> Response:
    """The catalogue of blocks, the limits and the settings of a run."""
    return JSONResponse(catalogue_document())


@router.get("/templates", operation_id="list_templates", response_model=TemplateList)
async def list_templates() -> Response:
    """Designs to start from."""
    return JSONResponse({"items": template_items()})
