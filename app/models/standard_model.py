"""The model of a config alone, where no design was drawn: a transformer with experts after it."""

from torch import Tensor, nn

from app.models.blocks import (
    ActionOutput,
    Embedding,
    MoELayer,
    TransformerLayer,
    ValueOutput,
)
from app.models.game_transformer import GameTransformer
from app.models.model_config import DynamicModelConfig

TOKENS = 16


class StandardModel(GameTransformer):
    """Embedding, n_layers transformer layers, one MoE layer where n_experts > 0, two heads."""

    def __init__(self, config: DynamicModelConfig) -> None:
        super().__init__(**vars(config))
        width = config.d_model
        self.embed = Embedding(Embedding.Config(d_model=width))
        self.attend = nn.Sequential(
            *(
                TransformerLayer(TransformerLayer.Config(width, config.n_heads, ff_ratio=2))
                for _ in range(config.n_layers)
            )
        )
        self.experts = (
            MoELayer(MoELayer.Config(width, config.n_experts, lb_coef=config.lb_reward_coef))
            if config.n_experts
            else None
        )
        self.action = ActionOutput(ActionOutput.Config(TOKENS, width, pool="flatten"))
        self.value = ValueOutput(ValueOutput.Config(TOKENS, width, pool="flatten"))

    def forward(self, board_BT: Tensor) -> tuple[Tensor, Tensor]:
        """Board int64 [B, 16] to (policy_logits float32 [B, 4], value float32 [B])."""
        x_BTD: Tensor = self.attend(self.embed(board_BT))
        if self.experts is not None:
            x_BTD = self.experts(x_BTD)
        return self.join_heads([self.action(x_BTD)], [self.value(x_BTD)])
