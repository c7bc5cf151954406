"""What can be done with designs."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from app.designs import (
    InvalidDesignError,
    NewerDesignError,
    Validation,
    generate_model_code,
    is_design_name,
    migrate,
    templates,
    to_architecture,
    validate_document,
)
from app.errors import (
    DesignExistsError,
    DesignInvalidError,
    DesignNameError,
    DesignNewerError,
    DesignNotFoundError,
    RevisionNotFoundError,
    SourceMissingError,
    StaleRevisionError,
    TemplateNotFoundError,
)
from app.json_values import JsonObject
from app.services.generated_files import GeneratedFiles, sha256_of
from app.spec import read_spec
from app.store.protocol import Compiled, DesignRecord, DesignStore, Page, RevisionRecord

NEW_DESIGN_NAME = "New design"


@dataclass(frozen=True)
class DesignsService:
    """Designs from their creation to their source."""

    designs: DesignStore
    generated: GeneratedFiles

    async def create(self, name: str | None, template: str | None) -> DesignRecord:
        """A new design, empty or from a template.

        Raises TemplateNotFoundError, DesignNameError.
        """
        document = _starting_document(template)
        if name is not None:
            if not is_design_name(name):
                limit = read_spec("limits.json")["name_code_points"]
                raise DesignNameError(
                    f"A name has 1 to {limit} characters and no control characters."
                )
            document["name"] = name
        design_id = uuid.uuid4().hex
        document["id"] = design_id
        architecture = to_architecture(validate_document(document).design)
        return await self.create_as(design_id, architecture)

    async def create_as(self, design_id: str, architecture: JsonObject) -> DesignRecord:
        """A design under an id that its maker chose, as a phone does that was offline.

        Raises DesignExistsError.
        """
        created = await self.designs.create(design_id, architecture)
        if created is not None:
            return created
        current = await self.get(design_id)
        raise DesignExistsError(
            "Another design has this id already. Save over it with If-Match, or take another id.",
            headers={"ETag": f'"{current.revision}"'},
            current=current.architecture,
        )

    async def page(self, limit: int, before: int | None) -> Page[DesignRecord]:
        """One page of the list, newest first."""
        return await self.designs.page(limit, before)

    async def get(self, design_id: str) -> DesignRecord:
        """The design at the newest schema version. Raises DesignNotFoundError, DesignNewerError."""
        record = await self.designs.get(design_id)
        if record is None:
            raise DesignNotFoundError("There is no design with this id.")
        return _migrated(record)

    def read_draft(self, design_id: str, document: object) -> JsonObject:
        """What `save` keeps: a draft with rule issues too, but no malformed document.

        Raises DesignInvalidError.
        """
        validation = validate_document(_as_newest(document))
        if validation.format_issues:
            raise invalid_design(validation)
        architecture = to_architecture(validation.design)
        if architecture["id"] not in (None, design_id):
            raise DesignInvalidError(
                "The design's id is not the one in the address.",
                **{**validation.to_json(), "valid": False},
            )
        return {**architecture, "id": design_id}

    async def save(self, design_id: str, revision: int, architecture: JsonObject) -> DesignRecord:
        """Saves what `read_draft` read over `revision`.

        Raises DesignNotFoundError, StaleRevisionError.
        """
        saved = await self.designs.replace(design_id, revision, architecture)
        if saved is not None:
            return saved
        current = await self.get(design_id)
        raise StaleRevisionError(
            f"This was revision {revision}; it is {current.revision} by now. "
            "Look at the current design, then save again.",
            headers={"ETag": f'"{current.revision}"'},
            current=current.architecture,
        )

    async def delete(self, design_id: str) -> None:
        """Forgets the design; its runs stay. Raises DesignNotFoundError."""
        if not await self.designs.delete(design_id):
            raise DesignNotFoundError("There is no design with this id.")
        self.generated.remove(design_id)

    async def revisions(
        self, design_id: str, limit: int, before: int | None
    ) -> Page[RevisionRecord]:
        """The saved states of a design, newest first. Raises DesignNotFoundError."""
        await self.get(design_id)
        return await self.designs.revisions(design_id, limit, before)

    async def revision(self, design_id: str, revision: int) -> JsonObject:
        """One saved state. Raises DesignNotFoundError, RevisionNotFoundError."""
        current = await self.get(design_id)
        if revision == current.revision:
            return current.architecture
        found = await self.designs.revision(design_id, revision)
        if found is None:
            raise RevisionNotFoundError("This revision is not kept. See the list of revisions.")
        return migrate(found.architecture)

    async def validate(self, design_id: str, document: object) -> JsonObject:
        """The verdict on a document. Raises DesignNotFoundError, DesignInvalidError."""
        if await self.designs.get(design_id) is None:
            raise DesignNotFoundError("There is no design with this id.")
        validation = validate_document(_as_newest(document))
        if not validation.valid:
            raise invalid_design(validation)
        return validation.to_json()

    async def compile(self, design_id: str) -> tuple[DesignRecord, Compiled]:
        """Generates the model's source, writes and keeps it.

        Raises DesignNotFoundError, DesignInvalidError, DiskFullError.
        """
        record = await self.get(design_id)
        return record, await self._compile(record)

    async def compiled(self, design_id: str) -> tuple[DesignRecord, Compiled]:
        """The current source: compiles where the design changed since.

        Raises as `compile` does, and SourceTamperedError where the file was changed by hand.
        """
        record = await self.get(design_id)
        if record.compiled is None or record.compiled.revision != record.revision:
            return record, await self._compile(record)
        self.generated.check(design_id, record.compiled.source)
        return record, record.compiled

    async def source(self, design_id: str) -> str:
        """The Python of the last compile. Raises SourceMissingError."""
        record = await self.get(design_id)
        if record.compiled is None:
            raise SourceMissingError("This design was never compiled. Compile it first.")
        return record.compiled.source

    async def _compile(self, record: DesignRecord) -> Compiled:
        try:
            generated = generate_model_code(record.architecture)
        except InvalidDesignError as error:
            raise invalid_design(error.validation) from error
        compiled = Compiled(
            revision=record.revision,
            source=generated.source,
            source_sha256=sha256_of(generated.source),
            param_count=generated.param_count,
            config=generated.config,
        )
        self.generated.write(record.id, generated.source)
        await self.designs.keep_compiled(record.id, compiled)
        return compiled


def import_path(design_id: str) -> str:
    """The module name that the reference gives a compiled design."""
    return f"app.models.generated.{design_id}"


def invalid_design(validation: Validation) -> DesignInvalidError:
    """The error that carries a verdict."""
    count = len(validation.errors)
    detail = (
        validation.errors[0]
        if count == 1
        else f"{count} problems; the first: " + (validation.errors[0] if validation.errors else "")
    )
    return DesignInvalidError(detail, **validation.to_json())


def template_items() -> list[JsonObject]:
    """Every template with its numbers."""
    items = []
    for template in templates().values():
        verdict = validate_document(template.architecture)
        items.append(
            {
                "slug": template.slug,
                "title": template.title,
                "sentence": template.sentence,
                "design": to_architecture(verdict.design),
                "paramCount": verdict.estimate.param_count / 1e6,
                "estimatedMemory": verdict.estimate.memory_mb,
                "numbers": verdict.estimate.to_json(),
            }
        )
    return items


def catalogue_document() -> JsonObject:
    """Blocks, limits and run settings: the files that server and phone share."""
    blocks = read_spec("blocks.json")
    return {
        "version": blocks["version"],
        "categories": blocks["categories"],
        "layout_props": blocks["layout_props"],
        "blocks": blocks["blocks"],
        "limits": read_spec("limits.json"),
        "hyperparameters": read_spec("hyperparameters.json"),
    }


def _starting_document(template: str | None) -> dict[str, Any]:
    if template is None:
        return {"name": NEW_DESIGN_NAME, "components": [], "edges": []}
    if template not in templates():
        raise TemplateNotFoundError("There is no template of this name: see /api/templates.")
    return dict(templates()[template].architecture)


def _as_newest(document: object) -> object:
    if not isinstance(document, dict):
        return document
    try:
        return migrate(document)
    except NewerDesignError:
        return document  # validation names the version


def _migrated(record: DesignRecord) -> DesignRecord:
    try:
        architecture = migrate(record.architecture)
    except NewerDesignError as error:
        raise DesignNewerError(str(error)) from error
    return DesignRecord(**{**vars(record), "architecture": architecture})
