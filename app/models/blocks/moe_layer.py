"""Mixture of experts. Legend: N cells of all boards, D d_model, E experts, F hidden width of an
expert, K experts per cell (top_k).

Two forms over the same weights: trained with the cells grouped by expert, so that each expert
computes only its own; exported dense (every expert computes every cell and the weights of those
not chosen are 0), which is what ONNX can express.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from app.models.blocks.block import Block
from app.models.blocks.expert_groups import gather, places_in_groups, spread


class MoELayer(Block):
    """Pre-norm top-k mixture of experts with a residual connection.

    With top_k 1 an expert's answer is weighted by the router's probability (Switch Transformer);
    with more, by the probabilities of the chosen ones, scaled to sum 1.

    Balanced by a loss, or without one (DeepSeek-V3, section 2.1.2): a bias per expert is added to
    the probabilities where experts are chosen, never where their answers are weighed, and moves by
    `bias_rate` after each forward pass in training mode: up where an expert got too little.

    Attributes:
        dense: compute the exportable form. Off by default.
        lb_loss: lb_coef times the load-balancing loss of the last forward pass in training mode.
        z_loss: z_coef times the router z-loss of that pass, which keeps the router's logits small.
        balance_bias_E: saved with the weights, but no weight; only where bias_rate is not 0.
    """

    @dataclass(frozen=True)
    class Config(Block.Config):
        """`lb_coef`, `bias_rate` and `z_coef` come from the design's load_balance_router."""

        d_model: int
        n_experts: int
        top_k: int = 1
        ff_ratio: int = 2
        shared_expert: bool = False
        lb_coef: float = 0.01
        bias_rate: float = 0.0
        z_coef: float = 0.0

    balance_bias_E: Tensor | None
    _routed_E: Tensor

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        experts, d_model, d_ff = config.n_experts, config.d_model, config.d_model * config.ff_ratio
        self.norm = nn.LayerNorm(d_model)
        self.router = nn.Linear(d_model, experts, bias=False)
        self.expert_in = nn.Parameter(torch.empty(experts, d_model, d_ff))
        self.expert_in_bias = nn.Parameter(torch.zeros(experts, d_ff))
        self.expert_out = nn.Parameter(torch.empty(experts, d_ff, d_model))
        self.expert_out_bias = nn.Parameter(torch.zeros(experts, d_model))
        nn.init.normal_(self.expert_in, std=d_model**-0.5)
        nn.init.normal_(self.expert_out, std=0.5 * d_ff**-0.5)
        self.shared_in = nn.Linear(d_model, d_ff) if config.shared_expert else None
        self.shared_out = nn.Linear(d_ff, d_model) if config.shared_expert else None
        if self.shared_in is not None and self.shared_out is not None:
            nn.init.normal_(self.shared_in.weight, std=d_model**-0.5)
            nn.init.normal_(self.shared_out.weight, std=0.5 * d_ff**-0.5)
            nn.init.zeros_(self.shared_in.bias)
            nn.init.zeros_(self.shared_out.bias)
        self.dense = False
        self.lb_loss: Tensor = torch.zeros(())
        self.z_loss: Tensor = torch.zeros(())
        bias_E = torch.zeros(experts) if config.bias_rate > 0 else None
        self.register_buffer("balance_bias_E", bias_E)
        counts_E = torch.zeros(experts, dtype=torch.int64)
        self.register_buffer("_routed_E", counts_E, persistent=False)
        # While a gradient checkpoint computes a pass again: the biases of the first time.
        self._repeating = False
        self._first_bias_E: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        """Tokens [B, T, D] or vectors [B, D] to the same shape."""
        x_ND = self.norm(x).reshape(-1, self.config.d_model)
        logits_NE = self.router(x_ND)
        prob_NE, weight_NK, expert_NK = self._route(logits_NE)
        if self.dense:
            y_ND = self._dense(x_ND, weight_NK, expert_NK)
        else:
            # How many cells each expert gets.
            routed_E = torch.bincount(expert_NK.flatten(), minlength=self.config.n_experts)
            if self.training:
                self._balance(logits_NE, prob_NE, routed_E)
            if not self._repeating:
                self._routed_E += routed_E
            y_ND = self._grouped(x_ND, weight_NK, expert_NK, routed_E)
        if self.shared_in is not None and self.shared_out is not None:
            y_ND = y_ND + self.shared_out(functional.gelu(self.shared_in(x_ND)))
        return x + y_ND.reshape(x.shape)

    def repeated(self) -> Callable[[], AbstractContextManager[None]]:
        """The second time, the biases are those of the first, and nothing is counted or moved."""
        bias_E = None if self.balance_bias_E is None else self.balance_bias_E.clone()

        @contextmanager
        def again() -> Iterator[None]:
            self._repeating, self._first_bias_E = True, bias_E
            try:
                yield
            finally:
                self._repeating, self._first_bias_E = False, None

        return again

    def take_usage(self) -> Tensor:
        """Share of cells sent to each expert [E] since the last call; zeros where none were."""
        share_E: Tensor = self._routed_E / self._routed_E.sum().clamp(min=1)
        self._routed_E.zero_()
        return share_E

    def absorb(self, others: Sequence["MoELayer"]) -> None:
        """Take over what other copies counted; all go on with the mean of their biases."""
        for other in others:
            self._routed_E += other._routed_E
            other._routed_E.zero_()
        if self.balance_bias_E is not None:
            biases = [layer.balance_bias_E for layer in (self, *others)]
            mean_E = torch.stack([bias_E for bias_E in biases if bias_E is not None]).mean(0)
            for bias_E in biases:
                if bias_E is not None:
                    bias_E.copy_(mean_E)

    def routing_margin(self, x: Tensor) -> Tensor:
        """Per board [B], the smallest gap between the last chosen and the first refused expert.

        Where it is as small as rounding errors, two correct runtimes may choose differently.
        """
        if self.config.top_k >= self.config.n_experts:
            return torch.ones(len(x), device=x.device)
        score: Tensor = self._scores(self.router(self.norm(x)).softmax(-1))
        score_BTE = score.reshape(len(x), -1, self.config.n_experts)
        ranked_BTK = score_BTE.topk(self.config.top_k + 1, dim=-1).values
        return (ranked_BTK[..., -2] - ranked_BTK[..., -1]).amin(dim=1)

    def _route(self, logits_NE: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        prob_NE = logits_NE.softmax(-1)
        # argmax names the first of equal numbers, in torch and in ONNX; topk promises nothing.
        remaining_NE = self._scores(prob_NE.detach())
        chosen: list[Tensor] = []
        for _ in range(self.config.top_k):
            best_N1 = remaining_NE.argmax(-1, keepdim=True)
            chosen.append(best_N1)
            if len(chosen) < self.config.top_k:
                remaining_NE = remaining_NE.scatter(1, best_N1, -torch.inf)
        expert_NK = torch.cat(chosen, dim=1)
        weight_NK = prob_NE.gather(1, expert_NK)
        if self.config.top_k > 1:
            weight_NK = weight_NK / weight_NK.sum(-1, keepdim=True)
        return prob_NE, weight_NK, expert_NK

    def _scores(self, prob_NE: Tensor) -> Tensor:
        """What experts are chosen by: their probabilities and, where there are some, biases."""
        bias_E = self._first_bias_E if self._repeating else self.balance_bias_E
        return prob_NE if bias_E is None else prob_NE + bias_E

    def _balance(self, logits_NE: Tensor, prob_NE: Tensor, routed_E: Tensor) -> None:
        # Losses are computed the second time too: a gradient checkpoint must find there what it
        # kept at first.
        if self.config.z_coef > 0:
            z_loss = self.config.z_coef * router_z_loss(logits_NE)
            self.z_loss = self.z_loss if self._repeating else z_loss
        if self.config.lb_coef > 0:
            lb_loss = self._load_balancing_loss(prob_NE, routed_E)
            self.lb_loss = self.lb_loss if self._repeating else lb_loss
        if self.balance_bias_E is not None and not self._repeating:
            load_E = routed_E.to(self.balance_bias_E)
            self.balance_bias_E += self.config.bias_rate * torch.sign(load_E.mean() - load_E)

    def _grouped(
        self, x_ND: Tensor, weight_NK: Tensor, expert_NK: Tensor, routed_E: Tensor
    ) -> Tensor:
        top_k, width = self.config.top_k, self.config.d_model
        places = places_in_groups(expert_NK.flatten(), routed_E)
        repeated_SD = x_ND if top_k == 1 else x_ND.repeat_interleave(top_k, dim=0)
        x_PD = spread(repeated_SD, places)
        if places.room:
            y_PD = self._experts(x_PD.reshape(-1, places.room, width)).reshape(-1, width)
        else:
            y_PD = self._one_by_one(x_PD, routed_E)
        y_SD = gather(y_PD, places)
        if top_k == 1:
            return y_SD * weight_NK
        return (y_SD.reshape(-1, top_k, width) * weight_NK[..., None]).sum(1)

    def _experts(self, x_ERD: Tensor) -> Tensor:
        """Every expert's answers to rows of its own."""
        hidden_ERF = functional.gelu(
            torch.baddbmm(self.expert_in_bias[:, None], x_ERD, self.expert_in)
        )
        return torch.baddbmm(self.expert_out_bias[:, None], hidden_ERF, self.expert_out)

    def _one_by_one(self, x_SD: Tensor, routed_E: Tensor) -> Tensor:
        by_expert = torch.split(x_SD, routed_E.tolist())  # a list: split() needs Python numbers
        return torch.cat(
            [
                self._expert(expert, cells_MD)
                for expert, cells_MD in enumerate(by_expert)
                if len(cells_MD) > 0
            ]
        )

    def _expert(self, expert: int, x_MD: Tensor) -> Tensor:
        hidden_MF = functional.gelu(
            torch.addmm(self.expert_in_bias[expert], x_MD, self.expert_in[expert])
        )
        return torch.addmm(self.expert_out_bias[expert], hidden_MF, self.expert_out[expert])

    def _dense(self, x_ND: Tensor, weight_NK: Tensor, expert_NK: Tensor) -> Tensor:
        y_END = self._experts(x_ND.expand(self.config.n_experts, -1, -1))
        experts_E = torch.arange(self.config.n_experts, device=x_ND.device)
        weight_NE = ((expert_NK[..., None] == experts_E) * weight_NK[..., None]).sum(1)
        return (y_END * weight_NE.T[..., None]).sum(0)

    def _load_balancing_loss(self, prob_NE: Tensor, routed_E: Tensor) -> Tensor:
        """Switch Transformer, equation 4, times lb_coef: lb_coef when perfectly balanced."""
        share_E = routed_E / routed_E.sum()
        balance = self.config.n_experts * (share_E * prob_NE.mean(0)).sum()
        return self.config.lb_coef * balance


def router_z_loss(logits_NE: Tensor) -> Tensor:
    """Mean square of log sum exp of the router's logits (Zoph et al. 2022, ST-MoE, equation 5)."""
    return logits_NE.logsumexp(-1).square().mean()
