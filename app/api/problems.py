"""Turns errors into `application/problem+json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.errors import RequestError, StudioError
from app.json_values import dumps

MEDIA_TYPE = "application/problem+json"
_HTTP_CODES = {404: "route.not_found", 405: "request.method"}
_PLACES = {"query": "request.query", "path": "request.path", "header": "request.header"}


def problem_responses(*statuses: int | str) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route, for OpenAPI."""
    media = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": "problem", "content": media} for status in statuses}


def problem_response(
    error: StudioError, request_id: str, *, headers: Mapping[str, str] | None = None
) -> Response:
    """The response for an error."""
    document = {
        "type": f"urn:modelstudio:error:{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "request_id": request_id,
        **error.members,
    }
    return Response(
        dumps(document),
        status_code=error.status,
        media_type=MEDIA_TYPE,
        headers={**error.headers, **(headers or {})},
    )


def request_id_of(request: Request) -> str:
    """The id that the outermost middleware gave the request."""
    return str(request.scope.get("request_id", ""))


def add_error_handlers(app: FastAPI) -> None:
    """Registers the handlers for all errors that routes and the framework raise."""

    async def studio_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, StudioError)
        return problem_response(error, request_id_of(request))

    async def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = _HTTP_CODES.get(error.status_code, "request.refused")
        own = RequestError(code, str(error.detail), status=error.status_code)
        return problem_response(own, request_id_of(request), headers=error.headers)

    async def validation_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return problem_response(_from_validation(error), request_id_of(request))

    app.add_exception_handler(StudioError, studio_error)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(RequestValidationError, validation_error)


def _from_validation(error: RequestValidationError) -> StudioError:
    """Names what is wrong and where, and repeats nothing of the input."""
    rows = error.errors()
    code = _PLACES.get(str(rows[0]["loc"][0]), "request.body") if rows else "request.body"
    messages = [
        f"{'.'.join(str(part) for part in row['loc'][1:]) or 'body'}: {row['msg']}"[:200]
        for row in rows[:20]
    ]
    problem = RequestError(code, messages[0] if messages else "malformed", status=422)
    problem.members["errors"] = messages
    return problem
