"""Designs as the console takes them: an exported file, a bare architecture, or a template."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.designs import NewerDesignError, Validation, migrate, templates, validate_document
from app.designs.validate import to_architecture
from app.errors import CommandError
from app.json_values import JsonObject, StrictJsonError, loads_strict
from app.spec import read_spec

TEMPLATE = "template:"


class InvalidDesignError(CommandError):
    """The design has errors; `validation` names them, the text is one line for each."""

    def __init__(self, name: str, validation: Validation) -> None:
        self.validation = validation
        lines = [f"{name} cannot be trained:"]
        for issue in validation.issues:
            if issue.severity == "error":
                where = f"{issue.component_id}: " if issue.component_id else ""
                fix = f" ({issue.fix.label}.)" if issue.fix else ""
                lines.append(f"  {where}{issue.message}{fix}")
        super().__init__("\n".join(lines))


def read_design(given: str) -> JsonObject:
    """The normalised ModelArchitecture of a file or of `template:NAME`.

    Raises:
        CommandError: there is no such file or template, or it holds no design.
        InvalidDesignError: the design has errors.
    """
    document = _template(given) if given.startswith(TEMPLATE) else _file(Path(given))
    try:
        validation = validate_document(migrate(document))
    except NewerDesignError as error:
        raise CommandError(f"{given}: {error}.") from error
    if not validation.valid:
        raise InvalidDesignError(given, validation)
    return to_architecture(validation.design)


def _template(given: str) -> JsonObject:
    found = templates().get(given.removeprefix(TEMPLATE))
    if found is None:
        raise CommandError(f"There is no {given}. Templates are: {', '.join(templates())}.")
    return dict(found.architecture)


def _file(path: Path) -> JsonObject:
    limits = read_spec("limits.json")
    try:
        if path.stat().st_size > limits["body_bytes"]:
            raise CommandError(f"{path} is larger than {limits['body_bytes']:,} bytes: no design.")
        document: Any = loads_strict(path.read_bytes(), max_depth=limits["json_depth"])
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    except StrictJsonError as error:
        raise CommandError(f"{path} is no design: {error}") from error
    if isinstance(document, dict) and isinstance(document.get("design"), dict):
        document = document["design"]  # a template, or a file that the page exported
    if not isinstance(document, dict):
        raise CommandError(f"{path} is no design: it holds no JSON object.")
    return document
