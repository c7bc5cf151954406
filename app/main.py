"""`uvicorn app.main:app`: the application with settings from the environment."""

from __future__ import annotations

from app.api.application import create_app

app = create_app()
