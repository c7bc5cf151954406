"""Builds the ASGI application that `app.main` and `model-studio up` serve."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware import Middleware

from app.api import catalogue_router, design_router, export_router, health_router, run_router
from app.api.compression import CompressedJson
from app.api.middleware import OwnNamesOnly, RequestEdge
from app.api.openapi import StudioApp
from app.api.page import Page
from app.api.problems import add_error_handlers, problem_responses
from app.api.request_body import RequestBody
from app.paths import built_page
from app.services.studio import Studio, open_studio
from app.settings import Settings, read_settings
from app.spec import read_spec


def create_app(settings: Settings | None = None, studio: Studio | None = None) -> FastAPI:
    """Builds the application around an open `studio`, or opens one with its own lifespan."""
    chosen = settings or read_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if studio is not None:
            app.state.studio = studio
            yield
            return
        async with open_studio(chosen) as opened:
            app.state.studio = opened
            yield

    limits = read_spec("limits.json")
    app = StudioApp(
        title="Model Studio",
        version="1",
        lifespan=lifespan,
        openapi_url="/api/openapi.json",
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        responses=problem_responses("default"),
        middleware=[
            Middleware(RequestEdge),
            Middleware(CompressedJson),
            Middleware(OwnNamesOnly, allowed_hosts=chosen.allowed_hosts),
            Middleware(
                RequestBody,
                max_bytes=limits["body_bytes"],
                max_seconds=limits["body_seconds"],
                max_depth=limits["json_depth"],
            ),
        ],
    )
    add_error_handlers(app)
    for module in (design_router, export_router, run_router, catalogue_router, health_router):
        app.include_router(module.router)
    app.router.default = Page(built_page())
    return app
