"""Adam, as in Kingma and Ba, algorithm 1.

torch's own optimisers load its compiler on first use: a second of start and 70 MB per run.
"""

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn

BETA_1, BETA_2 = 0.9, 0.999
EPSILON = 1e-5  # PPO's usual value


class Adam:
    """Keeps two moments per parameter.

    Args:
        named_parameters: what is trained, by name.
    """

    def __init__(self, named_parameters: Iterable[tuple[str, nn.Parameter]]) -> None:
        self._parameters = dict(named_parameters)
        self._means = {n: torch.zeros_like(p) for n, p in self._parameters.items()}
        self._squares = {n: torch.zeros_like(p) for n, p in self._parameters.items()}
        self._steps = torch.zeros((), dtype=torch.int64)

    def clear_gradients(self) -> None:
        """Forget the gradients of the last step."""
        for parameter in self._parameters.values():
            parameter.grad = None

    @torch.no_grad()
    def step(self, learning_rate: float) -> None:
        """Move every parameter that has a gradient."""
        self._steps += 1
        steps = int(self._steps)
        size = learning_rate / (1 - BETA_1**steps)
        for name, parameter in self._parameters.items():
            gradient = parameter.grad
            if gradient is None:  # a block that leads to no output
                continue
            mean = self._means[name].lerp_(gradient, 1 - BETA_1)
            square = self._squares[name].mul_(BETA_2)
            square.addcmul_(gradient, gradient, value=1 - BETA_2)
            deviation = (square / (1 - BETA_2**steps)).sqrt_().add_(EPSILON)
            parameter.addcdiv_(mean, deviation, value=-size)

    def state(self) -> dict[str, Tensor]:
        """The live tensors that the next step depends on, by name."""
        means = {f"mean.{name}": tensor for name, tensor in self._means.items()}
        squares = {f"square.{name}": tensor for name, tensor in self._squares.items()}
        return {"steps": self._steps, **means, **squares}

    @torch.no_grad()
    def load_state(self, state: Mapping[str, Tensor]) -> None:
        """Continue from what `state` gave.

        Raises:
            KeyError: it is the state of other parameters.
            RuntimeError: a shape differs.
        """
        for name, tensor in self.state().items():
            tensor.copy_(state[name])
