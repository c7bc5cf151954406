"""Less training memory for more computing (Chen et al. 2016, "Training deep nets with sublinear
memory cost")."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from types import TracebackType

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from app.models.blocks.block import Block


class GradCheckpoint(Block):
    """Runs the blocks that it is given; in training they keep nothing but what went in.

    The backward pass computes them again, with the same dropout. What a block counts or moves in
    a forward pass is left alone the second time (`Block.repeated`).
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

        def run(inner: Tensor) -> Tensor:
            for block in blocks:
                inner = block(inner)
            return inner

        if not (blocks and self.training and torch.is_grad_enabled()):
            return run(x)
        again = _Again(blocks)
        answer: Tensor = checkpoint(
            run, x, use_reentrant=False, context_fn=lambda: (nullcontext(), again)
        )
        return answer


class _Again(AbstractContextManager[None]):
    """Every block as it was when this was made; may be entered several times, one after another."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._make = [block.repeated() for block in blocks]
        self._entered = ExitStack()

    def __enter__(self) -> None:
        for make in self._make:
            self._entered.enter_context(make())

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._entered.close()
