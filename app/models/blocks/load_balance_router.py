"""Sets how experts are made to share the work."""

from dataclasses import dataclass

from torch import Tensor

from app.models.blocks.block import Block


class LoadBalanceRouter(Block):
    """Passes its input on; codegen hands its numbers to the MoE layers downstream.

    Balanced by loss they get `reward_coef` as lb_coef; balanced by bias, `bias_rate`.
    """

    @dataclass(frozen=True)
    class Config(Block.Config):
        """`reward_coef`: weight of the loss; `bias_rate`: step of the biases."""

        balance: str = "loss"
        reward_coef: float = 0.01
        bias_rate: float = 0.001

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config

    def forward(self, x: Tensor) -> Tensor:
        """Return the input unchanged."""
        return x
