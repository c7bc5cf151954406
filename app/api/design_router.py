"""`/api/designs`: the reference's router."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from app.api.dependencies import (
    ID_PATTERN,
    DesignDocument,
    DesignId,
    IfMatch,
    IfNoneMatch,
    Listing,
    NoQuery,
    StudioDep,
    creates,
    revision_of,
)
from app.api.problems import problem_responses
from app.schemas.design import (
    CompileResult,
    CreateDesign,
    DesignDiff,
    DesignList,
    DesignMeta,
    ModelArchitecture,
    RevisionList,
    RevisionMeta,
    ValidationResult,
)
from app.services.comparison import ComparisonWish, compare
from app.services.designs_service import import_path
from app.store.protocol import Compiled, DesignRecord

router = APIRouter(prefix="/api/designs", tags=["designs"])

DESIGN_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/ModelArchitecture"}}
        },
    }
}


def _meta(record: DesignRecord) -> DesignMeta:
    return DesignMeta(
        id=record.id,
        name=record.name,
        revision=record.revision,
        created_at=record.created_at,
        updated_at=record.updated_at,
    )


def _etag(record: DesignRecord) -> dict[str, str]:
    return {"ETag": f'"{record.revision}"'}


@router.post(
    "",
    status_code=201,
    operation_id="create_design",
    dependencies=[NoQuery],
    responses=problem_responses(422, 429, 503),
)
async def create_design(
    studio: StudioDep, request: Request, response: Response, body: CreateDesign | None = None
) -> DesignMeta:
    """Creates a design, empty or from a template."""
    studio.create_limit.take(request.client.host if request.client else "")
    wanted = body or CreateDesign()
    record = await studio.designs.create(wanted.name, wanted.template)
    response.headers["Location"] = f"/api/designs/{record.id}"
    response.headers["ETag"] = f'"{record.revision}"'
    return _meta(record)


@router.get("", operation_id="list_designs", responses=problem_responses(422, 503))
async def list_designs(studio: StudioDep, listing: Annotated[Listing, Query()]) -> DesignList:
    """Lists designs, newest first."""
    page = await studio.designs.page(listing.limit, listing.before)
    next_cursor = str(page.next) if page.next is not None else None
    return DesignList(items=[_meta(record) for record in page.items], next=next_cursor)


@router.get(
    "/{design_id}",
    operation_id="fetch_design",
    dependencies=[NoQuery],
    response_model=ModelArchitecture,
    responses=problem_responses(404, 503),
)
async def fetch_design(studio: StudioDep, design_id: DesignId) -> Response:
    """Returns the design with its ETag."""
    record = await studio.designs.get(design_id)
    return JSONResponse(record.architecture, headers=_etag(record))


@router.put(
    "/{design_id}",
    operation_id="save_design",
    dependencies=[NoQuery],
    openapi_extra=DESIGN_BODY,
    responses=problem_responses(400, 404, 412, 422, 428, 503),
)
async def save_design(
    studio: StudioDep,
    design_id: DesignId,
    document: DesignDocument,
    response: Response,
    request: Request,
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
) -> DesignMeta:
    """Saves over the revision that If-Match names; with `If-None-Match: *` creates (201)."""
    draft = studio.designs.read_draft(design_id, document)
    if creates(if_match, if_none_match):
        studio.create_limit.take(request.client.host if request.client else "")
        record = await studio.designs.create_as(design_id, draft)
        response.status_code = 201
        response.headers["Location"] = f"/api/designs/{design_id}"
    else:
        record = await studio.designs.save(design_id, revision_of(if_match), draft)
    response.headers.update(_etag(record))
    return _meta(record)


@router.delete(
    "/{design_id}",
    status_code=204,
    operation_id="delete_design",
    dependencies=[NoQuery],
    responses=problem_responses(404, 503),
)
async def delete_design(studio: StudioDep, design_id: DesignId) -> None:
    """Deletes the design; its runs stay."""
    await studio.designs.delete(design_id)


@router.get(
    "/{design_id}/revisions",
    operation_id="list_revisions",
    responses=problem_responses(404, 422, 503),
)
async def list_revisions(
    studio: StudioDep, design_id: DesignId, listing: Annotated[Listing, Query()]
) -> RevisionList:
    """Lists the saved states that are kept, newest first."""
    page = await studio.designs.revisions(design_id, listing.limit, listing.before)
    items = [
        RevisionMeta(
            revision=kept.revision,
            saved_at=kept.saved_at,
            name=kept.architecture["name"],
            component_count=len(kept.architecture["components"]),
        )
        for kept in page.items
    ]
    return RevisionList(items=items, next=str(page.next) if page.next is not None else None)


@router.get(
    "/{design_id}/revisions/{revision}",
    operation_id="fetch_revision",
    dependencies=[NoQuery],
    response_model=ModelArchitecture,
    responses=problem_responses(404, 422, 503),
)
async def fetch_revision(
    studio: StudioDep, design_id: DesignId, revision: Annotated[int, Path(ge=1, le=2**53)]
) -> Response:
    """Returns the design as it was saved."""
    return JSONResponse(await studio.designs.revision(design_id, revision))


class DiffQuery(BaseModel):
    """`?from&to`: revisions; `?design_id` or `?run_id`: compare with that one's design instead."""

    model_config = ConfigDict(extra="forbid")

    from_revision: Annotated[int | None, Field(ge=1, le=2**53, alias="from")] = None
    to_revision: Annotated[int | None, Field(ge=1, le=2**53, alias="to")] = None
    design_id: Annotated[str | None, Field(pattern=ID_PATTERN)] = None
    run_id: Annotated[str | None, Field(pattern=ID_PATTERN)] = None


@router.get(
    "/{design_id}/diff", operation_id="diff_design", responses=problem_responses(404, 422, 503)
)
async def diff_design(
    studio: StudioDep, design_id: DesignId, query: Annotated[DiffQuery, Query()]
) -> DesignDiff:
    """What changed, block by block, from an earlier state or another design to this one."""
    wish = ComparisonWish(
        from_revision=query.from_revision,
        design_id=query.design_id,
        run_id=query.run_id,
        to_revision=query.to_revision,
    )
    changes = await compare(studio.designs, studio.runs, design_id, wish)
    return DesignDiff.model_validate(changes)


@router.post(
    "/{design_id}/validate",
    operation_id="validate_design",
    dependencies=[NoQuery],
    response_model=ValidationResult,
    openapi_extra=DESIGN_BODY,
    responses=problem_responses(400, 404, 422, 503),
)
async def validate_design(
    studio: StudioDep, design_id: DesignId, document: DesignDocument
) -> Response:
    """Checks a design without saving or compiling it."""
    return JSONResponse(await studio.designs.validate(design_id, document))


@router.post(
    "/{design_id}/compile",
    operation_id="compile_design",
    dependencies=[NoQuery],
    responses=problem_responses(404, 422, 503, 507),
)
async def compile_design(studio: StudioDep, design_id: DesignId) -> CompileResult:
    """Generates the model's Python from the saved design."""
    _, compiled = await studio.designs.compile(design_id)
    return _compile_result(design_id, compiled)


@router.get(
    "/{design_id}/source",
    operation_id="fetch_source",
    dependencies=[NoQuery],
    response_class=PlainTextResponse,
    responses=problem_responses(404, 503),
)
async def fetch_source(studio: StudioDep, design_id: DesignId) -> Response:
    """Returns the Python of the last compile."""
    source = await studio.designs.source(design_id)
    return PlainTextResponse(source, media_type="text/x-python")


def _compile_result(design_id: str, compiled: Compiled) -> CompileResult:
    return CompileResult(
        import_path=import_path(design_id),
        paramCount=compiled.param_count / 1e6,
        config=compiled.config,
    )
