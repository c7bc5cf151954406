"""Sets how strongly experts are pushed to share the work."""

from dataclasses import dataclass

from torch import Tensor

from app.models.blocks.block import Block


class LoadBalanceRouter(Block):
    """Passes its input on; codegen hands `reward_coef` to the MoE layers downstream as lb_coef."""

    @dataclass(frozen=True)
    class Config(Block.Config):
        """`reward_coef`: weight of the load-balancing loss; 0 switches it off."""

        reward_coef: float = 0.01

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config

    def forward(self, x: Tensor) -> Tensor:
        """Return the input unchanged."""
        return x
