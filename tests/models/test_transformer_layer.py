import pytest
import torch
from torch import nn

from app.models.blocks import TransformerLayer


def layer(**props: object) -> TransformerLayer:
    torch.manual_seed(0)
    return TransformerLayer(TransformerLayer.Config(16, 4, 2, **props))  # type: ignore[arg-type]


@pytest.mark.parametrize("norm_first", [True, False])
@pytest.mark.parametrize("activation", ["relu", "gelu"])
def test_it_is_the_transformer_layer_of_torch(norm_first: bool, activation: str) -> None:
    ours = layer(norm_first=norm_first, activation=activation)
    theirs = nn.TransformerEncoderLayer(
        16, 4, 32, 0.0, activation, batch_first=True, norm_first=norm_first
    )
    named = dict(ours.named_parameters())
    pairs = {
        "self_attn.in_proj_weight": "qkv.weight",
        "self_attn.in_proj_bias": "qkv.bias",
        "self_attn.out_proj.weight": "attended.weight",
        "self_attn.out_proj.bias": "attended.bias",
        "linear1.weight": "ff_in.weight",
        "linear1.bias": "ff_in.bias",
        "linear2.weight": "ff_out.weight",
        "linear2.bias": "ff_out.bias",
        "norm1.weight": "attention_norm.weight",
        "norm1.bias": "attention_norm.bias",
        "norm2.weight": "ff_norm.weight",
        "norm2.bias": "ff_norm.bias",
    }
    assert set(pairs.values()) == set(named)
    theirs.load_state_dict({name: named[mine] for name, mine in pairs.items()})
    x_BTD = torch.randn(3, 16, 16)
    torch.testing.assert_close(ours(x_BTD), theirs(x_BTD), atol=1e-5, rtol=1e-5)


def test_dropout_thins_both_halves_in_training_alone() -> None:
    still, thinned = layer(), layer(dropout=0.5)
    x_BTD = torch.randn(2, 16, 16)
    assert torch.equal(thinned.eval()(x_BTD), still.eval()(x_BTD))
    assert not torch.equal(thinned.train()(x_BTD), still.train()(x_BTD))
    for half in ("ff_out", "attended"):
        with torch.no_grad():
            getattr(thinned, half).weight.zero_()
            getattr(thinned, half).bias.zero_()
        other = {"ff_out": "attended", "attended": "ff_out"}[half]
        alone = layer(dropout=0.5).train()
        with torch.no_grad():
            getattr(alone, half).weight.zero_()
            getattr(alone, half).bias.zero_()
            added = (alone(x_BTD) - x_BTD) == 0
        assert 0.3 < added.float().mean() < 0.7, other
