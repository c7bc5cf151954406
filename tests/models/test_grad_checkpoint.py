"""A gradient checkpoint changes the memory of a training step and nothing else."""

import copy
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.profiler import ProfilerActivity, profile

from app.models.blocks import (
    AuxLossHead,
    Block,
    Conv2d,
    Dropout,
    GradCheckpoint,
    LayerNorm,
    Linear,
    LoadBalanceRouter,
    MoELayer,
    TransformerLayer,
)

WIDTH = 16
CHAINS: dict[str, Callable[[], list[Block]]] = {
    "linear": lambda: [Linear(Linear.Config(24, WIDTH, activation="gelu")), norm(24)],
    "attention": lambda: [attention(), attention(dropout=0.2)],
    "convolution": lambda: [Conv2d(Conv2d.Config(WIDTH, WIDTH, 16)), norm(WIDTH)],
    "dropout": lambda: [Dropout(Dropout.Config(0.5)), norm(WIDTH), Dropout(Dropout.Config(0.3))],
    "experts": lambda: [router(), experts(lb_coef=0.5, shared_expert=True), norm(WIDTH)],
    "experts balanced by bias": lambda: [attention(), experts(bias_rate=0.1, lb_coef=0.0)],
    "nothing": lambda: [],
}


def norm(width: int) -> LayerNorm:
    return LayerNorm(LayerNorm.Config(width))


def attention(dropout: float = 0.0) -> TransformerLayer:
    return TransformerLayer(TransformerLayer.Config(WIDTH, 4, dropout=dropout))


def experts(**props: float) -> MoELayer:
    layer = MoELayer(MoELayer.Config(WIDTH, n_experts=4, top_k=2, **props))  # type: ignore[arg-type]
    nn.init.normal_(layer.router.weight, std=0.5)
    return layer


def router() -> LoadBalanceRouter:
    return LoadBalanceRouter(LoadBalanceRouter.Config())


class Net(nn.Module):
    """A chain between two linear layers, checkpointed or not."""

    def __init__(self, chain: list[Block], checkpointed: bool) -> None:
        super().__init__()
        self.first = nn.Linear(WIDTH, WIDTH)
        self.checkpoint = GradCheckpoint(GradCheckpoint.Config(blocks=len(chain)))
        self.chain = nn.ModuleList(chain)
        self.checkpointed = checkpointed

    def forward(self, x_BTD: Tensor) -> Tensor:
        x_BTD = self.first(x_BTD)
        if self.checkpointed:
            return self.checkpoint(x_BTD, *self.chain)  # type: ignore[no-any-return]
        for block in self.chain:
            x_BTD = block(x_BTD)
        return x_BTD

    def experts(self) -> list[MoELayer]:
        return [block for block in self.chain if isinstance(block, MoELayer)]


def both(name: str) -> tuple[Net, Net]:
    torch.manual_seed(1)
    chain = CHAINS[name]()
    plain = Net(chain, checkpointed=False)
    saving = Net(copy.deepcopy(chain), checkpointed=True)
    saving.load_state_dict(plain.state_dict())
    return plain.train(), saving.train()


def step(net: Net, x_BTD: Tensor) -> Tensor:
    """One training step's gradient; returns the output."""
    torch.manual_seed(7)
    net.zero_grad()
    out: Tensor = net(x_BTD)
    loss = out.square().mean() + sum(layer.lb_loss for layer in net.experts())
    loss.backward()  # type: ignore[union-attr]
    return out.detach()


@pytest.mark.parametrize("name", CHAINS)
def test_outputs_and_gradients_are_those_without_it(name: str) -> None:
    plain, saving = both(name)
    for seed in range(3):
        x_BTD = torch.randn(8, 16, WIDTH, generator=torch.Generator().manual_seed(seed))
        torch.testing.assert_close(step(saving, x_BTD), step(plain, x_BTD), atol=0, rtol=0)
        pairs = zip(plain.named_parameters(), saving.named_parameters(), strict=True)
        for (label, left), (_, right) in pairs:
            assert left.grad is not None, label
            assert right.grad is not None, label
            torch.testing.assert_close(right.grad, left.grad, atol=1e-7, rtol=1e-5, msg=label)


@pytest.mark.parametrize("name", ["experts", "experts balanced by bias"])
def test_the_second_computation_leaves_no_trace(name: str) -> None:
    plain, saving = both(name)
    x_BTD = torch.randn(8, 16, WIDTH)
    moved = []
    for _ in range(3):
        step(plain, x_BTD)
        step(saving, x_BTD)
        (left,), (right,) = plain.experts(), saving.experts()
        assert torch.equal(left.lb_loss, right.lb_loss)
        assert left._routed_E.sum() == right._routed_E.sum() == 8 * 16 * 2
        assert torch.equal(left.take_usage(), right.take_usage())
        if left.balance_bias_E is not None:
            assert right.balance_bias_E is not None
            assert torch.equal(left.balance_bias_E, right.balance_bias_E)
            moved.append(left.balance_bias_E.abs().sum().item())
    assert any(moved) == (name == "experts balanced by bias")


def test_a_repetition_after_the_biases_moved_chooses_as_at_first() -> None:
    _, saving = both("experts balanced by bias")
    (layer,) = saving.experts()
    out = saving(torch.randn(8, 16, WIDTH))
    assert layer.balance_bias_E is not None
    layer.balance_bias_E += torch.tensor([9.0, 0.0, 0.0, 0.0])  # everything would go to the first
    out.square().mean().backward()
    assert layer.expert_out_bias.grad is not None
    assert (layer.expert_out_bias.grad.abs().sum(1) > 0).all()


def kept_bytes(net: Net, x_BTD: Tensor) -> int:
    """Bytes of all distinct tensors that the graph keeps for the backward pass, weights aside."""
    weights = {parameter.data_ptr() for parameter in net.parameters()}
    kept: dict[int, int] = {}

    def note(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        out = net(x_BTD)
    del out
    return sum(kept.values())


def test_it_keeps_nothing_but_what_goes_into_each_block() -> None:
    plain, saving = both("attention")
    x_BTD = torch.randn(64, 16, WIDTH)
    inputs = 1 + len(saving.chain)  # of the linear layer before, and of each block
    assert kept_bytes(saving, x_BTD) == inputs * x_BTD.nbytes
    assert kept_bytes(plain, x_BTD) > 10 * inputs * x_BTD.nbytes


def test_the_peak_of_a_training_step_falls() -> None:
    """Kept bytes alone would not show it: the second computation keeps too, for a while."""
    torch.manual_seed(1)
    chain: list[Block] = [attention() for _ in range(6)]
    peaks = [peak_bytes(Net(chain, checkpointed)) for checkpointed in (False, True)]
    assert peaks[1] < 0.4 * peaks[0]


def peak_bytes(net: Net) -> int:
    """Most bytes that torch's allocator held beyond the start, over one step."""
    x_BTD = torch.randn(64, 16, WIDTH)
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as recorded:
        net(x_BTD).square().mean().backward()
    held, peak = 0, 0
    for event in sorted(recorded.profiler.kineto_results.events(), key=lambda e: e.start_ns()):
        if event.name() == "[memory]":
            held += event.nbytes()
            peak = max(peak, held)
    return peak


def test_outside_training_it_only_passes_on() -> None:
    _, saving = both("experts")
    x_BTD = torch.randn(2, 16, WIDTH)
    saving.eval()
    with torch.no_grad():
        expected = saving.first(x_BTD)
        for block in saving.chain:
            expected = block(expected)
        assert torch.equal(saving(x_BTD), expected)
    alone = GradCheckpoint(GradCheckpoint.Config()).train()
    assert alone(x_BTD) is x_BTD


def test_a_head_beside_it_learns_too() -> None:
    aux = AuxLossHead(AuxLossHead.Config(WIDTH, 16)).train()
    _, saving = both("attention")
    saving(torch.randn(4, 16, WIDTH))
    out = saving(torch.randn(4, 16, WIDTH))
    aux(out, torch.randint(0, 18, (4, 16)))
    aux.loss.backward()
    assert saving.first.weight.grad is not None
    assert saving.first.weight.grad.abs().sum() > 0
