import math
from typing import Any

import pytest
import torch

from app.models.blocks import MoELayer, expert_groups
from app.models.blocks.moe_layer import router_z_loss


def layer(n_experts: int = 4, top_k: int = 1, **extras: Any) -> MoELayer:
    torch.manual_seed(0)
    return MoELayer(MoELayer.Config(16, n_experts, top_k, 2, **extras))


def slow_answer(moe: MoELayer, x_ND: torch.Tensor) -> torch.Tensor:
    """Cell by cell, expert by expert."""
    rows = []
    for x_D in x_ND:
        normed = moe.norm(x_D)
        probabilities = moe.router(normed).softmax(-1)
        scores = probabilities if moe.balance_bias_E is None else probabilities + moe.balance_bias_E
        ranked = sorted(range(moe.config.n_experts), key=lambda e: (-scores[e].item(), e))
        chosen = ranked[: moe.config.top_k]
        weights = probabilities[chosen]
        if moe.config.top_k > 1:
            weights = weights / weights.sum()
        answer = x_D
        for weight, e in zip(weights, chosen, strict=True):
            hidden = torch.nn.functional.gelu(normed @ moe.expert_in[e] + moe.expert_in_bias[e])
            answer = answer + weight * (hidden @ moe.expert_out[e] + moe.expert_out_bias[e])
        if moe.shared_in is not None and moe.shared_out is not None:
            answer = answer + moe.shared_out(torch.nn.functional.gelu(moe.shared_in(normed)))
        rows.append(answer)
    return torch.stack(rows)


@pytest.mark.parametrize("most_room", [0, 100])  # one by one, and equal room for all
@pytest.mark.parametrize("extras", [{}, {"shared_expert": True}, {"bias_rate": 0.1}])
@pytest.mark.parametrize(("n_experts", "top_k"), [(1, 1), (4, 1), (4, 2), (3, 3), (8, 2)])
def test_every_form_is_the_slow_one(
    n_experts: int,
    top_k: int,
    extras: dict[str, Any],
    most_room: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(expert_groups, "MOST_ROOM", most_room)
    moe = layer(n_experts, top_k, **extras).eval()
    for parameter in moe.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    if moe.balance_bias_E is not None:
        torch.nn.init.normal_(moe.balance_bias_E, std=2.0)  # far below -1 too
    x_ND = torch.randn(40, 16)
    expected = slow_answer(moe, x_ND)
    torch.testing.assert_close(moe(x_ND), expected, atol=1e-5, rtol=1e-4)
    moe.dense = True
    torch.testing.assert_close(moe(x_ND), expected, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("most_room", [0, 100])
@pytest.mark.parametrize("top_k", [1, 2])
def test_both_forms_have_the_same_gradient(
    top_k: int, most_room: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expert_groups, "MOST_ROOM", most_room)
    moe = layer(4, top_k)
    x_BTD = torch.randn(3, 16, 16, requires_grad=True)
    weight = torch.randn(3, 16, 16)
    gradients = []
    for dense in (False, True):
        moe.dense = dense
        (moe(x_BTD) * weight).sum().backward()
        assert x_BTD.grad is not None
        gradients.append([x_BTD.grad, *(p.grad for p in moe.parameters())])
        x_BTD.grad = None
        moe.zero_grad()
    for left, right in zip(*gradients, strict=True):
        torch.testing.assert_close(left, right, atol=1e-5, rtol=1e-4)


def test_equal_experts_are_chosen_in_order() -> None:
    moe = layer(4, 2)
    torch.nn.init.zeros_(moe.router.weight)
    moe(torch.randn(5, 16))
    assert moe.take_usage().tolist() == [0.5, 0.5, 0.0, 0.0]


def test_usage_adds_up_until_it_is_read() -> None:
    moe = layer()
    moe(torch.randn(7, 16))
    moe(torch.randn(9, 16, 16))
    assert moe.take_usage().sum().item() == pytest.approx(1.0)
    assert moe.take_usage().tolist() == [0.0] * 4


def test_the_balancing_loss_is_its_weight_when_balanced_and_more_when_not() -> None:
    moe = layer(lb_coef=0.5)
    moe.eval()(torch.randn(64, 16))
    assert moe.lb_loss.item() == 0.0
    moe.train()
    balanced = torch.full((8, 4), 0.25)
    assert moe._load_balancing_loss(balanced, torch.full((4,), 2)).item() == pytest.approx(0.5)
    lopsided = torch.tensor([[1.0, 0, 0, 0]] * 8)
    assert moe._load_balancing_loss(lopsided, torch.tensor([8, 0, 0, 0])).item() == pytest.approx(
        2.0
    )


def test_training_on_the_balancing_loss_alone_balances() -> None:
    moe = layer(lb_coef=1.0).train()
    torch.nn.init.normal_(moe.router.weight, std=1.0)
    x_ND = torch.randn(256, 16) + 2.0
    optimizer = torch.optim.Adam([moe.router.weight], lr=0.05)
    for _ in range(100):
        optimizer.zero_grad()
        moe(x_ND)
        moe.lb_loss.backward()
        optimizer.step()
    moe.take_usage()
    moe(x_ND)
    assert moe.take_usage().max().item() < 0.4


def test_the_margin_is_the_gap_to_the_next_expert() -> None:
    moe = layer()
    torch.nn.init.zeros_(moe.router.weight)
    assert moe.routing_margin(torch.randn(2, 16, 16)).tolist() == [0.0, 0.0]
    assert layer(2, 2).routing_margin(torch.randn(2, 16, 16)).tolist() == [1.0, 1.0]
    assert layer().routing_margin(torch.randn(5, 16)).shape == (5,)


def test_biases_move_toward_balance_and_weigh_nothing() -> None:
    moe = layer(bias_rate=0.25, lb_coef=0.0).train()
    assert moe.balance_bias_E is not None
    torch.nn.init.zeros_(moe.router.weight)  # all to the first
    moe(torch.randn(8, 16))
    assert moe.balance_bias_E.tolist() == [-0.25, 0.25, 0.25, 0.25]
    assert moe.lb_loss.item() == 0.0
    moe.eval()(torch.randn(8, 16))
    assert moe.balance_bias_E.tolist() == [-0.25, 0.25, 0.25, 0.25]
    prob_NE, weight_NK, expert_NK = moe._route(moe.router(torch.randn(8, 16)))
    assert set(expert_NK.flatten().tolist()) == {1}
    assert torch.equal(weight_NK, prob_NE[:, 1:2])
    assert "balance_bias_E" not in dict(moe.named_parameters())


def test_training_on_biases_alone_balances() -> None:
    moe = layer(bias_rate=0.01, lb_coef=0.0).train()
    torch.nn.init.normal_(moe.router.weight, std=1.0)
    x_ND = torch.randn(256, 16) + 3 * torch.randn(16)
    moe(x_ND)
    assert moe.take_usage().max().item() > 0.4
    for _ in range(200):
        moe(x_ND)
    moe.take_usage()
    for _ in range(50):  # in one pass, many cells may change sides at once
        moe(x_ND)
    assert moe.take_usage().max().item() < 0.3


def test_the_margin_counts_the_biases() -> None:
    moe = layer(bias_rate=0.1)
    assert moe.balance_bias_E is not None
    torch.nn.init.zeros_(moe.router.weight)
    moe.balance_bias_E += torch.tensor([0.5, 0.0, 0.0, 0.125])
    assert moe.routing_margin(torch.randn(2, 16, 16)).tolist() == [0.375, 0.375]


def test_a_checkpoint_without_biases_still_loads() -> None:
    names = {"norm.weight", "norm.bias", "router.weight", "expert_in", "expert_in_bias"}
    assert set(layer().state_dict()) == names | {"expert_out", "expert_out_bias"}
    assert set(layer(bias_rate=0.1).state_dict()) - set(layer().state_dict()) == {"balance_bias_E"}


def test_the_z_loss_is_the_mean_square_of_log_sum_exp() -> None:
    logits_NE = torch.tensor([[0.0, 0.0], [3.0, -1.0]])
    slow = [math.log(2.0) ** 2, math.log(math.exp(3.0) + math.exp(-1.0)) ** 2]
    assert router_z_loss(logits_NE).item() == pytest.approx(sum(slow) / 2)
    moe = layer(z_coef=0.5, lb_coef=0.0)
    moe.eval()(torch.randn(8, 16))
    assert moe.z_loss.item() == 0.0
    moe.train()(torch.randn(8, 16))
    assert moe.z_loss.item() > 0.0
    assert moe.lb_loss.item() == 0.0


def test_the_z_loss_keeps_logits_small() -> None:
    moe = layer(z_coef=0.01).train()
    torch.nn.init.normal_(moe.router.weight, std=2.0)
    x_ND = torch.randn(256, 16)
    optimizer = torch.optim.Adam([moe.router.weight], lr=0.02)
    before = moe.router(moe.norm(x_ND)).abs().max().item()
    for _ in range(100):
        optimizer.zero_grad()
        moe(x_ND)
        moe.z_loss.backward()
        optimizer.step()
    assert moe.router(moe.norm(x_ND)).abs().max().item() < before / 2


@pytest.mark.parametrize(
    ("balancing", "collapses"),
    [
        ({"lb_coef": 0.0}, True),
        ({"lb_coef": 0.2}, False),
        ({"lb_coef": 0.0, "bias_rate": 0.03}, False),
    ],
)
def test_balancing_prevents_the_collapse_that_happens_without(
    balancing: dict[str, float], collapses: bool
) -> None:
    """Experts learn a function together, from a router that starts with a favourite."""
    moe = layer(**balancing).train()
    with torch.no_grad():
        moe.norm.bias[0] = 3.0
        moe.router.weight[:, 0] = torch.tensor([2.0, 0.0, 0.0, 0.0])
    x_ND = torch.randn(512, 16)
    wanted_ND = torch.sin(3 * x_ND)
    optimizer = torch.optim.Adam(moe.parameters(), lr=0.01)
    for _ in range(150):
        optimizer.zero_grad()
        error = (moe(x_ND) - wanted_ND).square().mean()
        (error + moe.lb_loss).backward()
        optimizer.step()
    moe.take_usage()
    moe.eval()(x_ND)
    shares_E = moe.take_usage()
    assert (shares_E.max().item() > 0.99) == collapses
    assert (shares_E.min().item() < 0.05) == collapses


def test_equal_room_has_few_sizes_and_lopsided_groups_lie_close() -> None:
    sizes = set()
    for seed in range(50):
        torch.manual_seed(seed)
        group_S = torch.randint(4, (1000,))
        places = expert_groups.places_in_groups(group_S, torch.bincount(group_S, minlength=4))
        assert places.place_count == 4 * places.room
        sizes.add(places.room)
    assert len(sizes) <= 2
    lopsided = expert_groups.places_in_groups(torch.zeros(9).long(), torch.tensor([9, 0, 0, 0]))
    assert (lopsided.place_count, lopsided.room) == (9, 0)
