"""For networks too large for one device: each process holds a slice of every weight, and gathers a block when needed.

Fully sharded data parallelism: Rajbhandari et al. 2020 (arXiv:1910.02054, stage 3); Zhao et al. 2023 (2304.11277).
"""

from __future__ import annotations

from functools import partial

from torch import Tensor, nn
from torch.distributed.device_mesh import DeviceMesh
from torch.distributed.fsdp import fully_shard, register_fsdp_forward_method
from torch.distributed.tensor import DTensor, distribute_tensor
from torch.utils.checkpoint import checkpoint


def shard(network: nn.Module, mesh: DeviceMesh) -> None:
    """Shard a network over ``mesh``, block by block; blocks keep their inputs only and compute the rest twice."""
    for block in repeated_blocks(network):
        block.forward = partial(checkpoint, block.forward, use_reentrant=False)
        fully_shard(block, mesh=mesh)
    for part in network.children():  # those that are called on their own, such as the text encoder
        if any(True for _ in part.parameters()) and not isinstance(part, nn.ModuleList):
            fully_shard(part, mesh=mesh)
    fully_shard(network, mesh=mesh)
    for method in ("encode_text", "encode_distribution", "decode_raw"):
        if hasattr(network, method):
            register_fsdp_forward_method(network, method)


def repeated_blocks(network: nn.Module) -> list[nn.Module]:
    """The members of every list named ``blocks`` in a network: most of its weights, and all of one kind."""
    lists = (getattr(part, "blocks", None) for part in network.modules())
    return [block for blocks in lists if isinstance(blocks, nn.ModuleList) for block in blocks]


def whole(tensor: Tensor) -> Tensor:
    """All of a tensor that may be sharded; all processes must ask."""
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


def shard_like(parameter: Tensor, value: Tensor) -> Tensor:
    """This process's slice of a value that all have whole, if ``parameter`` is sharded."""
    if isinstance(parameter, DTensor):
        return distribute_tensor(value, parameter.device_mesh, parameter.placements, src_data_rank=None)
    return value
