"""Designs on the wire, with the names that the reference gives them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.schemas.problem import Issue

Number = int | float


class ModelComponent(BaseModel):
    """One node of a design."""

    id: str
    type: str
    props: dict[str, bool | int | float | str]


class DesignNumbers(BaseModel):
    """The defaults that blocks without own values take."""

    d_model: int
    n_heads: int
    n_experts: int


class ModelArchitecture(BaseModel):
    """A design: its components and who reads whom."""

    id: str | None = None
    name: str
    version: int = 1
    meta: DesignNumbers
    components: list[ModelComponent]
    edges: list[tuple[str, str]]


class DesignMeta(BaseModel):
    """What a list shows of a design; times are ISO 8601 in UTC."""

    id: str
    name: str
    revision: int
    created_at: str
    updated_at: str


class DesignList(BaseModel):
    """One page, newest first; `next` is the `cursor` of the next page."""

    items: list[DesignMeta]
    next: str | None


class RevisionMeta(BaseModel):
    """What the history shows of a saved state."""

    revision: int
    saved_at: str
    name: str
    component_count: int


class RevisionList(BaseModel):
    """One page of a design's history, newest first."""

    items: list[RevisionMeta]
    next: str | None


Value = bool | int | float | str | None


class ValueChange(BaseModel):
    """A prop or default; null where it was not set."""

    name: str
    from_: Value = Field(alias="from")
    to: Value


class NameChange(BaseModel):
    """The design's name before and after."""

    from_: str = Field(alias="from")
    to: str


class InputsChange(BaseModel):
    """Ids of what a block reads, in order."""

    from_: list[str] = Field(alias="from")
    to: list[str]


class BlockChange(BaseModel):
    """One block that is new, gone or different; `type_before` where its type changed."""

    id: str
    type: str
    kind: Literal["added", "removed", "changed"]
    type_before: str | None
    props: list[ValueChange]
    inputs: InputsChange | None


class ConnectionChanges(BaseModel):
    """Connections that came and went."""

    added: list[tuple[str, str]]
    removed: list[tuple[str, str]]


class DesignDiff(BaseModel):
    """What changed; `moved` counts blocks that only lie elsewhere on the canvas."""

    name: NameChange | None
    meta: list[ValueChange]
    blocks: list[BlockChange]
    connections: ConnectionChanges
    moved: int


class CreateDesign(BaseModel):
    """What a new design starts from."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str | None = None
    template: str | None = Field(default=None, description="A slug of GET /api/templates.")


class NumbersTable(BaseModel):
    """What a design costs; FLOPs of one forward pass, ms per move in a phone's browser."""

    param_count: int
    flops_per_board: int
    training_memory_mb: int
    onnx_bytes: int
    phone_ms_per_move: float


class BlockNumbers(BaseModel):
    """What one component gives, for example "[B, 16, 64]", and costs."""

    output: str | None
    params: int
    flops: int


class ValidationResult(BaseModel):
    """`paramCount` in millions, `estimatedMemory` in MB for training at the default batch."""

    valid: bool
    paramCount: float
    estimatedMemory: int
    errors: list[str]
    issues: list[Issue]
    numbers: NumbersTable
    blocks: dict[str, BlockNumbers] = Field(description="By component id.")


class CompileResult(BaseModel):
    """Where the model can be imported from, its size in millions, its config."""

    import_path: str
    paramCount: float
    config: dict[str, Any]


class Catalogue(BaseModel):
    """Everything the page needs to offer blocks and run settings."""

    version: int
    categories: list[dict[str, Any]]
    layout_props: list[dict[str, Any]]
    blocks: list[dict[str, Any]]
    limits: dict[str, Any]
    hyperparameters: dict[str, Any]


class TemplateItem(BaseModel):
    """A design to start from."""

    slug: str
    title: str
    sentence: str
    design: ModelArchitecture
    paramCount: float
    estimatedMemory: int
    numbers: NumbersTable


class TemplateList(BaseModel):
    """All templates, in the order in which to offer them."""

    items: list[TemplateItem]
