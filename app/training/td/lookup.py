"""The tables of a design whose value is a mean of looked-up entries, as the kernel takes them.

Legend: T tuples, K cells of a tuple, R rows of all tables.
"""

import numpy as np
import torch
from torch import nn

from app.models.afterstates import POINTS_PER_UNIT, SIDE, Afterstates
from app.models.blocks import ActionOutput, BoardInput, NTuple, ValueOutput
from app.models.game_transformer import GameTransformer
from app.training.td.kernel import EXPONENTS, F32, Lookup, Slides

PARTS = [ActionOutput, BoardInput, NTuple, ValueOutput]


def build_slides() -> Slides:
    """What becomes of every line, by the rules of the model's own moves."""
    rules = Afterstates()
    index = torch.arange(EXPONENTS**SIDE)
    powers = torch.tensor([EXPONENTS**power for power in (3, 2, 1, 0)])
    lines = index[:, None] // powers % EXPONENTS
    moved, units = rules.slide(lines[None])
    points = torch.round(units[0].double() * POINTS_PER_UNIT).long()
    return Slides(
        moved=moved[0].to(torch.uint8).contiguous().numpy(),
        points=points.numpy(),
        changes=(moved[0] != lines).any(1).numpy(),
        cells=rules.cells_P.reshape(-1, SIDE, SIDE).numpy(),
    )


def is_lookup(model: GameTransformer) -> bool:
    """Whether the design is board as it lies, tables of one number per row, their mean as value."""
    blocks = sorted(model.children(), key=lambda block: type(block).__name__)
    if [type(block) for block in blocks] != PARTS or not model.plays_afterstates:
        return False
    _, board, tables, value = blocks
    assert isinstance(board, BoardInput)
    assert isinstance(tables, NTuple)
    assert isinstance(value, ValueOutput)
    if board.config.orientation != "as_is":
        return False
    return tables.config.features == 1 and value.config.pool == "mean"


def lookup_parts(model: GameTransformer) -> tuple[NTuple, nn.Linear]:
    """The tables and the head of a design that is_lookup."""
    (tables,) = (block for block in model.children() if isinstance(block, NTuple))
    (value,) = (block for block in model.children() if isinstance(block, ValueOutput))
    return tables, value.head


def lookup_of(
    tables: NTuple, error_sum_R: F32, error_size_R: F32, weight: float, bias: float
) -> Lookup:
    """A view of the block's own memory: what the kernel learns, the model knows."""
    return Lookup(
        table=tables.table.weight.detach().numpy().reshape(-1),
        error_sum=error_sum_R,
        error_size=error_size_R,
        cells=tables.cells_S.reshape(tables.tuple_count, tables.size).numpy(),
        powers=tables.powers_K.numpy(),
        offsets=tables.offsets_T.numpy(),
        largest=tables.config.tile_values - 1,
        weight=weight,
        bias=bias,
    )


def no_errors(tables: NTuple) -> tuple[F32, F32]:
    """Nothing learnt yet: two arrays float32 [R] of zeros."""
    count = tables.table.num_embeddings
    return np.zeros(count, np.float32), np.zeros(count, np.float32)
