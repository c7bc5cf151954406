"""Made-up data in the shapes of well-known data sets, the same for the same seed.

Legend: N samples, H and W pixels, K instances of a scene, T tokens of a text.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

CLASSES = 10
VOCABULARY = 32


@dataclass(frozen=True)
class Labelled:
    """Inputs and labels; `is_wrong` tells which labels were planted to be wrong."""

    inputs: Tensor
    labels: Tensor
    is_wrong: Tensor


def clothes(count: int, *, seed: int, wrong: float = 0.0) -> Labelled:
    """Images [N, 1, 28, 28] of ten classes, shaped like Fashion-MNIST.

    Args:
        wrong: the share of samples that bear another class's label.
    """
    shapes = torch.randn(CLASSES, 1, 7, 7, generator=torch.Generator().manual_seed(0))
    prototypes = functional.interpolate(shapes, size=28, mode="bilinear")
    random = torch.Generator().manual_seed(seed)
    truth = torch.randint(CLASSES, (count,), generator=random)
    images = prototypes[truth] + 3.0 * torch.randn(count, 1, 28, 28, generator=random)
    return Labelled(images, *_mislabelled(truth, CLASSES, wrong, random))


def texts(count: int, *, seed: int, length: int = 16, wrong: float = 0.0) -> Labelled:
    """Token numbers [N, T]; the label says whether more tokens lie in the vocabulary's upper half.

    Args:
        wrong: the share of samples that bear the other label.
    """
    random = torch.Generator().manual_seed(seed)
    truth = torch.randint(2, (count,), generator=random)
    lower = torch.randint(VOCABULARY // 2, (count, length), generator=random)
    is_upper = torch.rand(count, length, generator=random) < 0.15 + 0.7 * truth[:, None]
    return Labelled(lower + is_upper * (VOCABULARY // 2), *_mislabelled(truth, 2, wrong, random))


def _mislabelled(
    truth_N: Tensor, classes: int, share: float, random: torch.Generator
) -> tuple[Tensor, Tensor]:
    count = len(truth_N)
    is_wrong_N = torch.zeros(count, dtype=torch.bool)
    is_wrong_N[torch.randperm(count, generator=random)[: int(share * count)]] = True
    other_N = (truth_N + torch.randint(1, classes, (count,), generator=random)) % classes
    return torch.where(is_wrong_N, other_N, truth_N), is_wrong_N


@dataclass(frozen=True)
class Scene:
    """An image [3, H, W] and its instances: masks [K, H, W], and which are hard to see [K]."""

    name: str
    image: Tensor
    masks: Tensor
    is_faint: Tensor


def scenes(count: int, *, seed: int, size: int = 48) -> list[Scene]:
    """Images of one to three bright discs on noise; every tenth disc or so is faint."""
    random = torch.Generator().manual_seed(seed)
    made = []
    for number in range(count):
        instances = int(torch.randint(1, 4, (1,), generator=random))
        masks = torch.stack([_disc(size, random) for _ in range(instances)])
        is_faint = torch.rand(instances, generator=random) < 0.1
        brightness = torch.where(is_faint, 0.15, 1.0)
        image = 0.3 * torch.randn(3, size, size, generator=random)
        image += (masks * brightness[:, None, None]).amax(0)
        made.append(Scene(f"scene_{seed}_{number:04d}", image, masks, is_faint))
    return made


def _disc(size: int, random: torch.Generator) -> Tensor:
    radius = 4 + 4 * torch.rand(1, generator=random)
    middle = radius + (size - 2 * radius) * torch.rand(2, generator=random)
    places = torch.arange(size)
    squares = (places - middle[0]).square()[:, None] + (places - middle[1]).square()
    return (squares <= radius.square()).float()
