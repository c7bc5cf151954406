"""The numbers that describe a design's model as a whole."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.spec import read_spec

DEFAULT_LB_COEF = 0.01  # Switch Transformer, section 2.2


@dataclass(frozen=True)
class DynamicModelConfig:
    """Widths and counts of a design; the fields are the keyword arguments of a GeneratedModel."""

    d_model: int = 128
    n_heads: int = 4
    n_layers: int = 0
    n_experts: int = 0
    lb_reward_coef: float = DEFAULT_LB_COEF

    @classmethod
    def from_architecture(cls, arch: Mapping[str, Any]) -> "DynamicModelConfig":
        """Read a ModelArchitecture; upper-case types are accepted and `meta` may be absent."""
        meta = _default_meta() | dict(arch.get("meta") or {})
        components = arch.get("components") or []
        experts = (
            int(props.get("n_experts", meta["n_experts"]))
            for props in _props_of("moe_layer", components)
        )
        routers = _props_of("load_balance_router", components)
        coefs = [float(props.get("reward_coef", DEFAULT_LB_COEF)) for props in routers]
        return cls(
            d_model=int(meta["d_model"]),
            n_heads=int(meta["n_heads"]),
            n_layers=len(_props_of("transformer_layer", components)),
            n_experts=max(experts, default=0),
            lb_reward_coef=coefs[0] if coefs else DEFAULT_LB_COEF,
        )


def _props_of(block_type: str, components: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        dict(component.get("props") or {})
        for component in components
        if str(component["type"]).lower() == block_type
    ]


def _default_meta() -> dict[str, int]:
    bounds = read_spec("limits.json")["meta"]
    return {name: bound["default"] for name, bound in bounds.items()}
