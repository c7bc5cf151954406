"""What routes ask for, as named `Annotated` types."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import Depends, Header, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from app.errors import DesignIdError, RequestError, RunNotFoundError
from app.services.studio import Studio
from app.spec import read_spec

ID_PATTERN: str = read_spec("limits.json")["design_id_pattern"]
_ID = re.compile(ID_PATTERN)
_ETAG = re.compile(r'"([1-9][0-9]{0,15})"')
_LIST = read_spec("limits.json")["list_page"]
_KEY = re.compile(read_spec("limits.json")["idempotency_key_pattern"])


def _studio(request: Request) -> Studio:
    studio: Studio = request.app.state.studio
    return studio


def _design_id(design_id: Annotated[str, Path()]) -> str:
    if not _ID.fullmatch(design_id):
        raise DesignIdError("A design's id has 32 hexadecimal digits.")
    return design_id


def _run_id(run_id: Annotated[str, Path()]) -> str:
    if not _ID.fullmatch(run_id):
        raise RunNotFoundError("There is no run with this id.")
    return run_id


def _document(request: Request) -> Any:
    if not hasattr(request.state, "json_body"):
        raise RequestError("json.invalid", "Send the design as JSON.")
    return request.state.json_body


def revision_of(if_match: str | None) -> int:
    """The revision that an If-Match names. Raises RequestError 400 or 428."""
    if if_match is None:
        raise RequestError(
            "precondition.required",
            "Say with If-Match which revision you changed: the ETag that you were given.",
            status=428,
        )
    found = _ETAG.fullmatch(if_match.strip())
    if found is None:
        raise RequestError(
            "precondition.invalid", 'If-Match must be one ETag of this design, such as "3".'
        )
    return int(found[1])


def creates(if_match: str | None, if_none_match: str | None) -> bool:
    """Whether a PUT is to create: `If-None-Match: *`. Raises RequestError 400."""
    if if_none_match is None:
        return False
    if if_none_match.strip() != "*" or if_match is not None:
        raise RequestError(
            "precondition.invalid", "Send either If-Match with an ETag or If-None-Match: *."
        )
    return True


def _idempotency_key(request: Request) -> str | None:
    keys = request.headers.getlist("idempotency-key")
    if not keys:
        return None
    if len(keys) > 1 or not _KEY.fullmatch(keys[0]):
        raise RequestError(
            "idempotency.invalid", "An Idempotency-Key has 1 to 128 visible ASCII characters."
        )
    return keys[0]


def no_query(request: Request) -> None:
    """Refuses query parameters on a route that has none."""
    if request.query_params:
        raise RequestError("request.query", "This address takes no query parameters.", status=422)


class Listing(BaseModel):
    """`?limit&cursor` of a list."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=_LIST["max"])] = _LIST["default"]
    cursor: Annotated[str | None, Field(pattern=r"^[1-9][0-9]{0,15}$")] = None

    @property
    def before(self) -> int | None:
        """The number that the page comes before."""
        return int(self.cursor) if self.cursor else None


StudioDep = Annotated[Studio, Depends(_studio)]
DesignId = Annotated[str, Depends(_design_id)]
RunId = Annotated[str, Depends(_run_id)]
DesignDocument = Annotated[Any, Depends(_document)]
IfMatch = Annotated[str | None, Header(alias="if-match")]
IfNoneMatch = Annotated[str | None, Header(alias="if-none-match")]
IdempotencyKey = Annotated[str | None, Depends(_idempotency_key)]
NoQuery = Depends(no_query)
