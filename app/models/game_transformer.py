"""The base of every compiled design. Legend: B boards, A = 4 actions, E experts."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from app.models.blocks.action_output import ActionOutput
from app.models.blocks.aux_loss_head import AuxLossHead
from app.models.blocks.moe_layer import MoELayer
from app.models.loader import generated_model_path, load_model_class
from app.models.model_config import DynamicModelConfig

BlockKind = TypeVar("BlockKind", bound=nn.Module)


class GameTransformer(nn.Module):
    """What `GeneratedModel` extends: `forward(board int64 [B, 16])` gives policy and value.

    Args:
        components: the design's component id of each block attribute ("c3": "experts"), so that
            what a block tells is keyed as the design's author knows it.
        config: the fields of DynamicModelConfig.

    Attributes:
        latest_lb_loss: the weighted load-balancing loss of the last forward pass in training
            mode, part of the graph; 0 for a design without experts.
        latest_aux_loss: the weighted losses of the auxiliary heads and of the routers' logits
            (z-loss), likewise.
    """

    def __init__(self, *, components: Mapping[str, str] | None = None, **config: Any) -> None:
        super().__init__()
        self.config = DynamicModelConfig(**config)
        self.d_model = self.config.d_model
        self.components = dict(components or {})
        self.latest_lb_loss: Tensor = torch.zeros(())
        self.latest_aux_loss: Tensor = torch.zeros(())

    @staticmethod
    def from_architecture(
        arch: Mapping[str, Any], *, folder: Path | None = None, sha256: str | None = None
    ) -> "GameTransformer":
        """Build a fresh model of a design that was compiled before.

        Args:
            arch: the ModelArchitecture; its id names the generated file.
            folder: where generated files lie; by default `app/models/generated`.
            sha256: digest that the file must have.

        Raises:
            ModelSourceError: see loader.py.
        """
        config = DynamicModelConfig.from_architecture(arch)
        model_class = load_model_class(generated_model_path(str(arch["id"]), folder), sha256)
        return model_class(**vars(config))

    def join_heads(
        self, policies_BA: Sequence[Tensor], values_B: Sequence[Tensor]
    ) -> tuple[Tensor, Tensor]:
        """Average what several heads of one kind say; the last step of every forward pass.

        Returns:
            (policy_logits float32 [B, 4], value float32 [B])
        """
        return _mean(policies_BA), self.join_values(values_B)

    def join_values(self, values_B: Sequence[Tensor]) -> Tensor:
        """Average the critics [B]; the last step of judging boards."""
        if self.training:
            self.latest_lb_loss = _sum(block.lb_loss for block in self.moe_layers().values())
            self.latest_aux_loss = _sum(
                [head.loss for head in self.aux_heads().values()]
                + [block.z_loss for block in self.moe_layers().values()]
            )
        return _mean(values_B)

    @property
    def plays_afterstates(self) -> bool:
        """Whether the design plays the move to the best afterstate, without a policy of its own."""
        outputs = self._blocks_of(ActionOutput).values()
        return any(block.plays_afterstates for block in outputs)

    def afterstate_values(self, board_BC: Tensor) -> Tensor:
        """What boards are worth after a move and before the new tile, where a design learns that.

        Args:
            board_BC: int64 [B, 16].

        Returns:
            float32 [B], thousands of points still to come.

        Raises:
            TypeError: the design has a policy and judges no afterstates.
        """
        raise TypeError("this design has a policy of its own: it judges no afterstates")

    def moe_layers(self) -> dict[str, MoELayer]:
        """The design's mixture-of-experts blocks by component id, in the design's order."""
        return self._blocks_of(MoELayer)

    def aux_heads(self) -> dict[str, AuxLossHead]:
        """The design's auxiliary heads by component id, in the design's order."""
        return self._blocks_of(AuxLossHead)

    def expert_usage(self) -> dict[str, list[float]]:
        """Per MoE block, the share of cells that each expert [E] got since the last call.

        The shares sum to 1; they are 0 where no board passed.
        """
        return {name: block.take_usage().tolist() for name, block in self.moe_layers().items()}

    def absorb(self, replicas: Sequence["GameTransformer"]) -> None:
        """Take over what copies of this model counted, and let all have the mean of their biases.

        Call it after each forward pass in training mode that was shared among copies.
        """
        layers = [list(model.moe_layers().values()) for model in (self, *replicas)]
        for first, *others in zip(*layers, strict=True):
            first.absorb(others)

    def forget_pass(self) -> None:
        """Let go of the graph of the last forward pass: torch copies no model that holds one."""
        self.latest_lb_loss = self.latest_lb_loss.detach()
        self.latest_aux_loss = self.latest_aux_loss.detach()
        for block in self.moe_layers().values():
            block.lb_loss, block.z_loss = block.lb_loss.detach(), block.z_loss.detach()
        for head in self.aux_heads().values():
            head.loss = head.loss.detach()

    def use_export_form(self) -> "GameTransformer":
        """Switch to evaluation with the form of every block that ONNX can express."""
        for block in self.moe_layers().values():
            block.dense = True
        return self.eval()

    def _blocks_of(self, kind: type[BlockKind]) -> dict[str, BlockKind]:
        return {
            self.components.get(name, name): block
            for name, block in self.named_children()
            if isinstance(block, kind)
        }


def _sum(losses: Iterable[Tensor]) -> Tensor:
    return sum(losses, start=torch.zeros(()))


def _mean(outputs: Sequence[Tensor]) -> Tensor:
    return outputs[0] if len(outputs) == 1 else torch.stack(tuple(outputs)).mean(0)
