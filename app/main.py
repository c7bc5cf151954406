"""`uvicorn app.main:app`: the application with settings from the environment."""

from __future__ import annotations

from app.application import create_app

app = create_app()
