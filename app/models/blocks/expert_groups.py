"""Rows sorted by group, close together or with equal room for each group.

Legend: S rows, D their width, G groups, R rows that each has room for, P places (S or G x R).
"""

from typing import NamedTuple

import torch
from torch import Tensor

STEPS = 8  # R is a number of eighths of an equal share: few sizes, so that few are compiled
MOST_ROOM = 2.0  # places per row


class Places(NamedTuple):
    """Where each row goes; `room` is R, or 0 where the groups lie close together."""

    place_S: Tensor
    place_count: int
    room: int


def places_in_groups(group_S: Tensor, count_G: Tensor) -> Places:
    """A place of its own for each row: groups in order, rows of a group in order.

    With equal room one batched product serves all groups. Where the fullest is so full that most of
    it would be empty, they lie close together.

    Args:
        group_S: int64, the group of each row.
        count_G: int64, rows in each group.
    """
    rows, groups = len(group_S), len(count_G)
    step = -(-rows // (groups * STEPS))
    room = step * -(-int(count_G.max()) // step)
    order_S = group_S.argsort(stable=True)
    place_S = torch.arange(rows, device=group_S.device)
    if room * groups > MOST_ROOM * rows:
        room = 0
    else:
        starts_G = torch.arange(0, groups * room, room, device=group_S.device)
        place_S += (starts_G - count_G.cumsum(0) + count_G)[group_S[order_S]]
    place_S = torch.empty_like(place_S).index_copy_(0, order_S, place_S)
    return Places(place_S, groups * room or rows, room)


def spread(rows_SD: Tensor, places: Places) -> Tensor:
    """Rows [S, D] at their places [P, D], with zeros where no row is."""
    spread_PD: Tensor = _Spread.apply(rows_SD, places.place_S, places.place_count)  # type: ignore[no-untyped-call]
    return spread_PD


def gather(spread_PD: Tensor, places: Places) -> Tensor:
    """The rows [S, D] back from their places [P, D]."""
    rows_SD: Tensor = _Gather.apply(spread_PD, places.place_S)  # type: ignore[no-untyped-call]
    return rows_SD


# Each is the other's gradient, because no two rows share a place. torch would add up instead.
class _Spread(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: torch.autograd.function.FunctionCtx, rows: Tensor, place_S: Tensor, size: int
    ) -> Tensor:
        ctx.save_for_backward(place_S)
        return rows.new_zeros(size, rows.shape[1]).index_copy_(0, place_S, rows)

    @staticmethod
    def backward(
        ctx: torch.autograd.function.FunctionCtx, *gradients: Tensor
    ) -> tuple[Tensor, None, None]:
        (place_S,) = ctx.saved_tensors  # type: ignore[attr-defined]
        return gradients[0].index_select(0, place_S), None, None


class _Gather(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: torch.autograd.function.FunctionCtx, spread_rows: Tensor, place_S: Tensor
    ) -> Tensor:
        ctx.save_for_backward(place_S)
        ctx.size = len(spread_rows)  # type: ignore[attr-defined]
        return spread_rows.index_select(0, place_S)

    @staticmethod
    def backward(
        ctx: torch.autograd.function.FunctionCtx, *gradients: Tensor
    ) -> tuple[Tensor, None]:
        (place_S,) = ctx.saved_tensors  # type: ignore[attr-defined]
        size: int = ctx.size  # type: ignore[attr-defined]
        rows = gradients[0]
        return rows.new_zeros(size, rows.shape[1]).index_copy_(0, place_S, rows), None
