"""Less training memory for more computing (Chen et al. 2016, "Training deep nets with sublinear
memory cost")."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from types import TracebackType

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from app.models.blocks.block import Block


class GradCheckpoint(Block):
    """Runs the blocks that it is given; in training they keep nothing but what went into each.

    The backward pass computes them again, one at a time from the last to the first, with the same
    dropout. What a block counts or moves in a forward pass is left alone the second time
    (`Block.repeated`). One checkpoint around all of them would keep less until then, and would
    then need as much as without it.
    """

    @dataclass(frozen=True)
    class Config(Block.Config):
        """`blocks`: how many of the following blocks codegen hands to `forward`."""

        blocks: int = 2

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config

    def forward(self, x: Tensor, *blocks: Block) -> Tensor:
        """What the last block answers; the input itself without blocks."""
        saving = self.training and torch.is_grad_enabled()
        for block in blocks:
            x = _checkpointed(block, x) if saving else block(x)
        return x


def _checkpointed(block: Block, x: Tensor) -> Tensor:
    again = _Again(block.repeated())
    answer: Tensor = checkpoint(
        block, x, use_reentrant=False, context_fn=lambda: (nullcontext(), again)
    )
    return answer


class _Again(AbstractContextManager[None]):
    """Makes its context anew each time it is entered: a graph may be walked back twice."""

    def __init__(self, make: Callable[[], AbstractContextManager[None]]) -> None:
        self._make = make
        self._entered = ExitStack()

    def __enter__(self) -> None:
        self._entered.enter_context(self._make())

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._entered.close()
