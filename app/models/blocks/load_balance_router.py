"""Sets how experts are made to share the work."""

from dataclasses import dataclass

from torch import Tensor

from app.models.blocks.block import Block


class LoadBalanceRouter(Block):
    """Passes its input on; codegen hands its numbers to the MoE layers downstream.

    Balanced by loss they get `reward_coef` as lb_coef; balanced by bias, `bias_rate`. `z_coef` they
    get from it either way.
    """

    @dataclass(frozen=True)
    class Config(Block.Config):
        """`reward_coef`: weight of the loss; `bias_rate`: step of the biases; `z_coef`: weight of
        the router z-loss, with either kind of balancing."""

        balance: str = "loss"
        reward_coef: float = 0.01
        bias_rate: float = 0.001
        z_coef: float = 0.0

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config

    def forward(self, x: Tensor) -> Tensor:
        """Return the input unchanged."""
        return x
