"""All weights of a model side by side in one tensor: one norm, one sum, one optimiser step."""

import copy
import math
from typing import TypeVar

import torch
from torch import Tensor, nn

from app.training.guard import NonFiniteError, require_finite
from app.training.shared_memory import shared_copy

Model = TypeVar("Model", bound=nn.Module)


class FlatParameters:
    """The weights of a model and their gradient, each as one vector of length W.

    The model goes on as it was: its parameters and their gradients become views of the two. They
    and its buffers move to shared memory.

    Attributes:
        values_W: the weights; replicas share them.
        gradient_W: always there, and added to by every backward pass.
    """

    def __init__(self, model: nn.Module) -> None:
        parameters = list(model.parameters())
        values_W = torch.cat([parameter.detach().flatten() for parameter in parameters])
        self.values_W = nn.Parameter(shared_copy(values_W))
        self.gradient_W = shared_copy(torch.zeros_like(values_W))
        self._share(model)

    def replica(self, model: Model) -> tuple[Model, "FlatParameters"]:
        """A copy of the model on the same weights, with a gradient and buffers of its own."""
        twin, flat = copy.deepcopy(model), copy.copy(self)
        flat.gradient_W = shared_copy(torch.zeros_like(self.gradient_W))
        flat._share(twin)
        return twin, flat

    def _share(self, model: nn.Module) -> None:
        values = self.named(model, self.values_W.data)
        gradients = self.named(model, self.gradient_W)
        for name, parameter in model.named_parameters():
            parameter.data, parameter.grad = values[name], gradients[name]
        for buffer in model.buffers():
            buffer.data = shared_copy(buffer)

    @staticmethod
    def named(model: nn.Module, flat_W: Tensor) -> dict[str, Tensor]:
        """Views of a vector [W], as the model names and shapes its parameters."""
        parameters = dict(model.named_parameters())
        parts = torch.split(flat_W, [parameter.numel() for parameter in parameters.values()])
        return {
            name: part.view(parameter.shape)
            for (name, parameter), part in zip(parameters.items(), parts, strict=True)
        }

    def finite_norm(self, model: nn.Module, norm: float) -> float:
        """The length of gradient_W, if it is a number.

        Raises:
            NonFiniteError: names the first parameter whose gradient is not finite.
        """
        if not math.isfinite(norm):
            named = self.named(model, self.gradient_W)
            require_finite((f"{name}.grad", gradient) for name, gradient in named.items())
            raise NonFiniteError("gradient norm")  # finite numbers whose squares overflow
        return norm
