"""How tokens become the vector that a head reads. Legend: B boards, T cells, W width."""

from torch import Tensor


def pooled_features(pool: str, tokens: int, width: int) -> int:
    """Length of the vector that `pool_tokens` gives."""
    return tokens * width if pool == "flatten" else width


def pool_tokens(x: Tensor, pool: str, features: int) -> Tensor:
    """Tokens [B, T, W] to vectors [B, features]: their mean, or side by side; vectors pass."""
    if x.dim() == 2:
        return x
    return x.reshape(-1, features) if pool == "flatten" else x.mean(1)
