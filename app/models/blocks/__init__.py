"""The blocks of spec/blocks.json as torch modules: one module and one Config per row."""

from app.models.blocks.action_output import ActionOutput
from app.models.blocks.add import Add
from app.models.blocks.aux_loss_head import AuxLossHead
from app.models.blocks.block import Block
from app.models.blocks.board_input import BoardInput
from app.models.blocks.concat import Concat
from app.models.blocks.conv2d import Conv2d
from app.models.blocks.dropout import Dropout
from app.models.blocks.embedding import Embedding
from app.models.blocks.grad_checkpoint import GradCheckpoint
from app.models.blocks.layer_norm import LayerNorm
from app.models.blocks.linear import Linear
from app.models.blocks.load_balance_router import LoadBalanceRouter
from app.models.blocks.mlp import MLP
from app.models.blocks.moe_layer import MoELayer
from app.models.blocks.ntuple import NTuple
from app.models.blocks.pool import Pool
from app.models.blocks.transformer_layer import TransformerLayer
from app.models.blocks.value_output import ValueOutput

__all__ = [
    "MLP",
    "ActionOutput",
    "Add",
    "AuxLossHead",
    "Block",
    "BoardInput",
    "Concat",
    "Conv2d",
    "Dropout",
    "Embedding",
    "GradCheckpoint",
    "LayerNorm",
    "Linear",
    "LoadBalanceRouter",
    "MoELayer",
    "NTuple",
    "Pool",
    "TransformerLayer",
    "ValueOutput",
]
