"""What weightslab has to say: `WEIGHTSLAB_LOG_LEVEL`, `WEIGHTSLAB_LOG_TO_FILE`.

The logger "weightslab" hands its records on like every library's. They are written to stderr only
where the program has not set up logging itself.
"""

from __future__ import annotations

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

from weightslab.settings import Settings

logger = logging.getLogger("weightslab")
WATCHDOG = 35
MOST_BYTES, FILES_KEPT = 5 * 2**20, 3
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class StderrUnlessHandled(logging.Handler):
    """Writes to stderr while the root logger has no handler."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        if not logging.getLogger().handlers:
            sys.stderr.write(f"{self.format(record)}\n")


class FileInRoot(logging.Handler):
    """Writes to logs/weightslab.logs in the root folder of the experiment, wherever that is now.

    A root that is no local folder gets no file.
    """

    def __init__(self) -> None:
        super().__init__()
        self._file: RotatingFileHandler | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; a full disk is told once by logging itself."""
        from weightslab.experiment import current

        root = current().root
        if "://" in root:
            return
        path = Path(root).resolve() / "logs" / "weightslab.logs"
        try:
            if self._file is None or self._file.baseFilename != str(path):
                self.close()
                path.parent.mkdir(parents=True, exist_ok=True)
                self._file = RotatingFileHandler(
                    path, maxBytes=MOST_BYTES, backupCount=FILES_KEPT, encoding="utf-8"
                )
                self._file.setFormatter(self.formatter)
            self._file.emit(record)
        except OSError:
            self.handleError(record)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


def configure(target: logging.Logger, values: Settings) -> None:
    """Set a logger up as the settings say; again with other settings: as those say."""
    logging.addLevelName(WATCHDOG, "WATCHDOG")
    target.setLevel(values.log_level)
    for handler in list(target.handlers):
        if isinstance(handler, StderrUnlessHandled | FileInRoot):
            target.removeHandler(handler)
            handler.close()
    handlers: list[logging.Handler] = [StderrUnlessHandled()]
    if values.log_to_file:
        handlers.append(FileInRoot())
    for handler in handlers:
        handler.setFormatter(logging.Formatter(_FORMAT))
        target.addHandler(handler)
