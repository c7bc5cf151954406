"""The experiment ledger's SDK: `import weightslab as wl`.

Importing it is cheap: every part loads on first use. It never imports the Model Studio server, a
web framework or a database driver.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from weightslab import atomic_files, checkpoints, retention

__all__ = ["atomic_files", "checkpoints", "retention"]


def __getattr__(name: str) -> ModuleType:
    """Load a part of the SDK the first time it is named."""
    if name not in __all__:
        raise AttributeError(f"module 'weightslab' has no attribute {name!r}")
    return import_module(f"weightslab.{name}")


def __dir__() -> list[str]:
    return sorted(__all__)
