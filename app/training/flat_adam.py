"""Adam on the flat weights of a model, in parts that several processes may step at the same time.

Legend: W weights.
"""

import itertools
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from app.training.flat_parameters import FlatParameters
from app.training.shared_memory import shared_copy

MOMENTS = ("exp_avg", "exp_avg_sq")
_LINE = 16  # weights in a cache line, so that no two processes write into one


class FlatAdam:
    """Adam (Kingma and Ba 2015) in torch's fused form; its moments lie in shared memory.

    Args:
        flat: whose weights are changed, by its gradient.
        parts: slices of the vector. Each is stepped for itself, and all of them for one step.
    """

    def __init__(self, flat: FlatParameters, parts: int = 1) -> None:
        self.flat = flat
        weights = len(flat.values_W)
        cuts = [weights * at // parts // _LINE * _LINE for at in range(parts)]
        self.slices = [slice(*cut) for cut in itertools.pairwise([*cuts, weights])]
        zeros_W = torch.zeros_like(flat.values_W.detach())
        self._moments = {name: shared_copy(zeros_W) for name in MOMENTS}
        self._steps = shared_copy(torch.zeros(parts, device=zeros_W.device))
        self._optimizers = [self._part(at) for at in range(parts)]

    def _part(self, at: int) -> torch.optim.Adam:
        part = self.slices[at]
        values = nn.Parameter(self.flat.values_W.detach()[part])
        values.grad = self.flat.gradient_W[part]
        optimizer = torch.optim.Adam([values], eps=1e-5, fused=True)
        moments = {name: moment_W[part] for name, moment_W in self._moments.items()}
        optimizer.state[values] = {"step": self._steps[at], **moments}
        return optimizer

    def step(self, learning_rate: float, shortened: float = 1.0, part: int = 0) -> None:
        """Change one part of the weights by `shortened` times the gradient."""
        optimizer = self._optimizers[part]
        (group,) = optimizer.param_groups
        group["lr"] = learning_rate
        if shortened < 1.0:
            self.flat.gradient_W[self.slices[part]].mul_(shortened)
        optimizer.step()

    def tensors(self, model: nn.Module) -> dict[str, Tensor]:
        """For a checkpoint: the moments by parameter, and the count of steps."""
        tensors = {"adam.step": self._steps[0].clone()}
        for moment, vector_W in self._moments.items():
            for name, part in self.flat.named(model, vector_W).items():
                tensors[f"adam.{moment}.{name}"] = part.clone()
        return tensors

    def restore(self, model: nn.Module, state: Mapping[str, Tensor]) -> None:
        """Go on from a checkpoint; one before the first step may have no moments."""
        if "adam.step" not in state:
            return
        self._steps.copy_(state["adam.step"])
        for moment, vector_W in self._moments.items():
            for name, part in self.flat.named(model, vector_W).items():
                part.copy_(state[f"adam.{moment}.{name}"])


def shortening(norm: float, max_norm: float) -> float:
    """The factor that makes a gradient of length `norm` one of at most max_norm."""
    return max_norm / norm if norm > max_norm else 1.0
