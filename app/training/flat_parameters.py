"""All weights of a model side by side in one tensor: one norm, one sum, one optimiser step."""

import copy
from typing import TypeVar

import torch
from torch import Tensor, nn

from app.training.guard import NonFiniteError, require_finite

Model = TypeVar("Model", bound=nn.Module)


class FlatParameters:
    """The weights of a model and their gradient, each as one vector of length W.

    The model goes on as it was: its parameters and their gradients become views of the two.

    Attributes:
        values_W: the weights; replicas share them.
        gradient_W: always there, and added to by every backward pass.
    """

    def __init__(self, model: nn.Module) -> None:
        parameters = list(model.parameters())
        values_W = torch.cat([parameter.detach().flatten() for parameter in parameters])
        self.values_W = nn.Parameter(values_W)
        self.gradient_W = torch.zeros_like(values_W)
        self.values_W.grad = self.gradient_W
        self._share(model)

    def replica(self, model: Model) -> tuple[Model, "FlatParameters"]:
        """A copy of the model on the same weights, with a gradient of its own."""
        twin, flat = copy.deepcopy(model), copy.copy(self)
        flat.gradient_W = torch.zeros_like(self.gradient_W)
        flat._share(twin)
        return twin, flat

    def _share(self, model: nn.Module) -> None:
        values = self.named(model, self.values_W.data)
        gradients = self.named(model, self.gradient_W)
        for name, parameter in model.named_parameters():
            parameter.data, parameter.grad = values[name], gradients[name]

    @staticmethod
    def named(model: nn.Module, flat_W: Tensor) -> dict[str, Tensor]:
        """Views of a vector [W], as the model names and shapes its parameters."""
        parameters = dict(model.named_parameters())
        parts = torch.split(flat_W, [parameter.numel() for parameter in parameters.values()])
        return {
            name: part.view(parameter.shape)
            for (name, parameter), part in zip(parameters.items(), parts, strict=True)
        }

    def clip(self, model: nn.Module, max_norm: float) -> float:
        """Shorten the gradient to max_norm and return its length before.

        Raises:
            NonFiniteError: names the first parameter whose gradient is not finite.
        """
        norm = float(self.gradient_W.norm())
        if not torch.isfinite(torch.tensor(norm)):
            named = self.named(model, self.gradient_W)
            require_finite((f"{name}.grad", gradient) for name, gradient in named.items())
            raise NonFiniteError("gradient norm")  # finite numbers whose squares overflow
        if norm > max_norm:
            self.gradient_W.mul_(max_norm / norm)
        return norm
