"""The application class: FastAPI with the schemas that routes do not name by a type."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from app.schemas.design import ModelArchitecture
from app.schemas.problem import Problem

_REFERENCE = "#/components/schemas/{model}"


class StudioApp(FastAPI):
    """Errors are problem documents, and designs are read by hand: both are added here."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        if self.openapi_schema is None:
            schemas = super().openapi()["components"]["schemas"]
            for model in (Problem, ModelArchitecture):
                for name, schema in _schemas_of(model).items():
                    schemas.setdefault(name, schema)
        return super().openapi()


def _schemas_of(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema(ref_template=_REFERENCE)
    parts: dict[str, Any] = schema.pop("$defs", {})
    return {**parts, model.__name__: schema}
