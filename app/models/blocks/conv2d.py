"""A window over the board. Legend: B boards, T tokens = S x S cells, C channels."""

import math
from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional

from app.models.blocks.block import ACTIVATIONS, Block, orthogonal


class Conv2d(Block):
    """Slides one learned window over the tokens, seen as a square, and gives tokens again.

    With padding "same" a window of even side sees one cell more to the right and below, as
    everywhere in torch.
    """

    @dataclass(frozen=True)
    class Config(Block.Config):
        """`width` and `tokens` of the input; `tokens` is a square number."""

        channels: int
        width: int
        tokens: int
        kernel: int = 3
        padding: str = "same"
        bias: bool = True
        activation: str = "relu"

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.side = math.isqrt(config.tokens)
        before = (config.kernel - 1) // 2 if config.padding == "same" else 0
        extra = config.kernel - 1 - 2 * before if config.padding == "same" else 0
        self.extra = (0, extra, 0, extra)  # zeros that only an even window needs
        gain = 1.0 if config.activation == "none" else math.sqrt(2.0)
        self.window = orthogonal(
            nn.Conv2d(
                config.width, config.channels, config.kernel, padding=before, bias=config.bias
            ),
            gain,
        )

    def forward(self, x_BTC: Tensor) -> Tensor:
        """Tokens [B, T, width] to tokens [B, T or fewer, channels]."""
        side, width = self.side, self.config.width
        x_BCSS = x_BTC.transpose(1, 2).reshape(-1, width, side, side)
        if any(self.extra):
            x_BCSS = functional.pad(x_BCSS, self.extra)
        y_BCT = self.window(x_BCSS).flatten(2)
        return ACTIVATIONS[self.config.activation](y_BCT).transpose(1, 2)
