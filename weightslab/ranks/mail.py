"""Messages between the ranks of one job, over the key-value store that torch's ranks share.

No collective is called, so that a rank that watches nothing keeps nobody waiting. Messages are
pickled, as torch's own object collectives do it, and only between processes of one job.
"""

from __future__ import annotations

import os
import pickle
import sys
from typing import Any

MOST_BYTES = 4 << 20  # the store takes values up to 8 MiB


def rank_and_size() -> tuple[int, int]:
    """This process's rank, and how many there are; (0, 1) outside of distributed training."""
    distributed = sys.modules.get("torch.distributed")
    if distributed is not None and distributed.is_available() and distributed.is_initialized():
        return distributed.get_rank(), distributed.get_world_size()
    if {"RANK", "WORLD_SIZE", "MASTER_ADDR"} <= os.environ.keys():  # torchrun, before the group
        return int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    return 0, 1


class Mail:
    """Numbered messages by box; nothing is sent before the process group is there."""

    def __init__(self) -> None:
        self._store: Any = None
        self._written: dict[str, int] = {}
        self._read: dict[str, int] = {}

    @property
    def store(self) -> Any:
        """The store, kept: it outlives `destroy_process_group`. None before there is one."""
        if self._store is None:
            import torch.distributed as distributed

            if distributed.is_initialized():
                default = distributed.distributed_c10d._get_default_store()
                self._store = distributed.distributed_c10d.PrefixStore("weightslab", default)
        return self._store

    def send(self, box: str, message: Any) -> None:
        """Put a message at the end of a box.

        Raises:
            RuntimeError: the process group is not there yet.
        """
        if self.store is None:
            raise RuntimeError("the ranks share no store before init_process_group.")
        number = self._written.get(box, 0)
        blob = pickle.dumps(message)
        parts = [blob[at : at + MOST_BYTES] for at in range(0, len(blob), MOST_BYTES)]
        for place, part in enumerate(parts):
            self.store.set(f"{box}/{number}/{place}", part)
        self.store.set(f"{box}/{number}", str(len(parts)))
        self._written[box] = number + 1

    def announce(self, what: str) -> None:
        """Let the others know."""
        self.store.set(what, "1")

    def announced(self, what: str) -> bool:
        """Whether somebody announced it."""
        return bool(self.store.check([what]))

    def receive(self, box: str, *, keep: bool = False, most: int | None = None) -> list[Any]:
        """The messages of a box that were not read here before, oldest first.

        Args:
            keep: other ranks read them, too.
            most: no more than so many.
        """
        messages: list[Any] = []
        while self.store is not None and (most is None or len(messages) < most):
            number = self._read.get(box, 0)
            if not self.store.check([f"{box}/{number}"]):
                break
            count = int(self.store.get(f"{box}/{number}"))
            keys = [f"{box}/{number}/{place}" for place in range(count)]
            blob = b"".join(self.store.get(key) for key in keys)
            if not keep:
                for key in (f"{box}/{number}", *keys):
                    self.store.delete_key(key)
            messages.append(pickle.loads(blob))  # noqa: S301 - from a rank of this job
            self._read[box] = number + 1
        return messages
