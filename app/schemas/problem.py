"""Errors on the wire: RFC 9457 problem documents."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Severity = Literal["error", "warning", "info"]


class Fix(BaseModel):
    """A repair that one tap applies: operations on the design."""

    label: str
    ops: list[dict[str, Any]]


class Issue(BaseModel):
    """One thing that validation found."""

    code: str
    severity: Severity
    component_id: str | None
    prop: str | None
    message: str
    fix: Fix | None


class Problem(BaseModel):
    """`application/problem+json`; `type` ends in the stable code."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:modelstudio:error:design.not_found"])
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[str] | None = None
    issues: list[Issue] | None = None
