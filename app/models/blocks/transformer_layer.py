"""Attention between cells.

Legend: B boards, T = 16 cells, D d_model, H heads, C = D / H, P = B x H pairs of board and head.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from app.models.blocks.block import ACTIVATIONS, Block


class TransformerLayer(Block):
    """Self-attention and a feed-forward network, each with a residual connection."""

    @dataclass(frozen=True)
    class Config(Block.Config):
        """`ff_ratio`: hidden width of the feed-forward network as a multiple of d_model.

        `norm_first`: normalise what goes into each half, rather than each sum. `dropout`: share of
        what each half adds that training sets to 0.
        """

        d_model: int
        n_heads: int
        ff_ratio: int = 4
        activation: str = "gelu"
        norm_first: bool = True
        dropout: float = 0.0

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        d_model, d_ff = config.d_model, config.d_model * config.ff_ratio
        self.attention_norm = nn.LayerNorm(d_model)
        self.qkv = nn.Linear(d_model, 3 * d_model)
        self.attended = nn.Linear(d_model, d_model)
        self.ff_norm = nn.LayerNorm(d_model)
        self.ff_in = nn.Linear(d_model, d_ff)
        self.ff_out = nn.Linear(d_ff, d_model)

    @property
    def draws(self) -> bool:
        """Where dropout is not 0."""
        return self.config.dropout > 0

    def forward(self, x_BTD: Tensor) -> Tensor:
        """Tokens [B, T, D] to tokens of the same shape."""
        if self.config.norm_first:
            x_BTD = x_BTD + self._thinned(self._attend(self.attention_norm(x_BTD)))
            return x_BTD + self._thinned(self._feed_forward(self.ff_norm(x_BTD)))
        x_BTD = self.attention_norm(x_BTD + self._thinned(self._attend(x_BTD)))
        return self.ff_norm(  # type: ignore[no-any-return]
            x_BTD + self._thinned(self._feed_forward(x_BTD))
        )

    def _feed_forward(self, x_BTD: Tensor) -> Tensor:
        hidden_BTF = ACTIVATIONS[self.config.activation](self.ff_in(x_BTD))
        return self.ff_out(hidden_BTF)  # type: ignore[no-any-return]

    def _thinned(self, x_BTD: Tensor) -> Tensor:
        if not self.training or self.config.dropout == 0:
            return x_BTD
        return functional.dropout(x_BTD, self.config.dropout)

    def _attend(self, x_BTD: Tensor) -> Tensor:
        # Sizes come from constants where they can, so that an exported batch stays dynamic.
        tokens, width, heads = x_BTD.shape[1], self.config.d_model, self.config.n_heads
        channels = width // heads
        qkv_BT3HC = self.qkv(x_BTD).reshape(-1, tokens, 3, heads, channels)
        q_PTC, k_PTC, v_PTC = (
            qkv_BT3HC.permute(2, 0, 3, 1, 4).reshape(3, -1, tokens, channels).unbind(0)
        )
        # Two plain products: torch's fused attention is made for long sequences, and with
        # matmul.py's setting it takes twenty times as long for 16 tokens.
        likeness_PTT = torch.bmm(q_PTC, k_PTC.transpose(1, 2)).mul_(channels**-0.5)
        mixed_BHTC = torch.bmm(likeness_PTT.softmax(-1), v_PTC).reshape(-1, heads, tokens, channels)
        return self.attended(  # type: ignore[no-any-return]
            mixed_BHTC.transpose(1, 2).reshape(-1, tokens, width)
        )
