"""The one error tree: what went wrong, under which stable code, and what the caller can do.

Errors are raised where the fault lies and handled once: `app.api.problems` turns a `StudioError`
into problem+json, `app.cli` turns a `StartupError` or a `CommandError` into a line and exit code 2.
"""

from __future__ import annotations

from typing import Any


class StartupError(Exception):
    """The server cannot start; the text is one line that says what to do."""


class CommandError(Exception):
    """A command of the console cannot do what was asked; the text says what to put right."""


class StudioError(Exception):
    """An error that a caller of the API sees. Subclasses fix code, status and title.

    `members` are further members of the problem document; `headers` go on the response.
    """

    code: str = "server.error"
    status: int = 500
    title: str = "Something went wrong"

    def __init__(
        self,
        detail: str,
        *,
        headers: dict[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = headers or {}
        self.members = members


class RequestError(StudioError):
    """The request itself is malformed; the code is given with it."""

    title = "The request cannot be read"

    def __init__(
        self, code: str, detail: str, *, status: int = 400, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(detail, headers=headers)
        self.code = code
        self.status = status


class DesignIdError(StudioError):
    """The id in the path is not one that the server gives."""

    code, status, title = "design.id", 404, "No such design"


class DesignNotFoundError(StudioError):
    """No design has this id."""

    code, status, title = "design.not_found", 404, "No such design"


class DesignInvalidError(StudioError):
    """The design has errors; members: the fields of ValidationResult."""

    code, status, title = "design.invalid", 422, "The design has errors"


class DesignNameError(StudioError):
    """The name of a new design is not usable."""

    code, status, title = "design.name", 422, "The name cannot be used"


class DesignNewerError(StudioError):
    """The stored design was saved by a newer Model Studio."""

    code, status, title = "design.newer", 409, "The design needs a newer Model Studio"


class TemplateNotFoundError(StudioError):
    """No template has this slug."""

    code, status, title = "template.not_found", 422, "No such template"


class StaleRevisionError(StudioError):
    """Someone else saved first; members: `current`, the design as it is now."""

    code, status, title = "precondition.failed", 412, "Someone else saved this design first"


class DesignExistsError(StudioError):
    """The id is taken; members: `current`, the design that has it."""

    code, status, title = "design.exists", 412, "There is a design with this id already"


class RevisionNotFoundError(StudioError):
    """The revision is not kept, or never was."""

    code, status, title = "revision.not_found", 404, "No such revision"


class SourceMissingError(StudioError):
    """The design was never compiled."""

    code, status, title = "compile.missing", 404, "Not compiled yet"


class SourceTamperedError(StudioError):
    """The generated file is not what the compiler wrote."""

    code, status, title = "compile.tampered", 409, "The generated file was changed"


class RunNotFoundError(StudioError):
    """No run has this id."""

    code, status, title = "run.not_found", 404, "No such run"


class RunStateError(StudioError):
    """The run is not in a state that allows this."""

    code, status, title = "run.state", 409, "The run's state does not allow this"


class RunRequestError(StudioError):
    """A value of a run's request is out of its bounds; members: `errors`, `issues`."""

    code, status, title = "run.invalid", 422, "The run cannot be started like this"


class CheckpointNotFoundError(StudioError):
    """The run has no such checkpoint."""

    code, status, title = "checkpoint.not_found", 404, "No such checkpoint"


class CheckpointMismatchError(StudioError):
    """The checkpoint belongs to another network."""

    code, status, title = "checkpoint.mismatch", 409, "The checkpoint does not fit the design"


class PinsFullError(StudioError):
    """Enough checkpoints of the run are pinned."""

    code, status, title = "checkpoint.pins_full", 409, "Too many pinned checkpoints"


class GameNotFoundError(StudioError):
    """The run has no such recorded game."""

    code, status, title = "game.not_found", 404, "No such game"


class NoCheckpointError(StudioError):
    """There is nothing to export yet."""

    code, status, title = "export.no_checkpoint", 409, "Nothing to export yet"


class ExportFailedError(StudioError):
    """The export ended without a file that could be handed out."""

    code, status, title = "export.failed", 409, "The export failed"


class IdempotencyReusedError(StudioError):
    """The same Idempotency-Key came with another request."""

    code, status, title = "idempotency.reused", 422, "The Idempotency-Key was used before"


class TooManyError(StudioError):
    """A rate or a cap is exceeded; try again after `Retry-After` seconds."""

    code, status, title = "rate.limited", 429, "Too many requests"

    def __init__(self, detail: str, *, retry_after_s: int) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after_s)})


class StoreUnavailableError(StudioError):
    """MongoDB did not answer in time."""

    code, status, title = "store.unavailable", 503, "The database does not answer"

    def __init__(self, detail: str = "The database does not answer. Try again shortly.") -> None:
        super().__init__(detail, headers={"Retry-After": "2"})


class StoreFailedError(StudioError):
    """MongoDB answered with an error that waiting does not heal."""

    code, status, title = "store.failed", 500, "The database refused the call"


class ShuttingDownError(StudioError):
    """The server is ending."""

    code, status, title = "server.stopping", 503, "The server is stopping"

    def __init__(self) -> None:
        super().__init__("The server is stopping. Try again shortly.", headers={"Retry-After": "5"})


class DiskFullError(StudioError):
    """A file could not be written; the detail names what kind of file."""

    code, status, title = "storage.full", 507, "The file could not be written"
