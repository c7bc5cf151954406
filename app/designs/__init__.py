"""Designs: catalogue, rules, numbers, code generation. No torch, no I/O but `spec/`."""

from app.designs.catalogue import catalogue
from app.designs.codegen import (
    GeneratedCode,
    InvalidDesignError,
    UnsafeSourceError,
    generate_model_code,
)
from app.designs.diff import diff_designs
from app.designs.issues import Fix, Issue
from app.designs.migrate import NewerDesignError, migrate
from app.designs.parse import is_design_name
from app.designs.templates import Template, templates
from app.designs.validate import Validation, to_architecture, validate_document

__all__ = [
    "Fix",
    "GeneratedCode",
    "InvalidDesignError",
    "Issue",
    "NewerDesignError",
    "Template",
    "UnsafeSourceError",
    "Validation",
    "catalogue",
    "diff_designs",
    "generate_model_code",
    "is_design_name",
    "migrate",
    "templates",
    "to_architecture",
    "validate_document",
]
