"""How a run is spread over processes: alone, data-parallel, or fully sharded."""

from __future__ import annotations

from lightning.pytorch.strategies import DDPStrategy, FSDPStrategy, Strategy

from minisora.model.blocks import DiTBlock
from minisora.model.text import TextBlock
from minisora.training.settings import Machine


def strategy_for(machine: Machine) -> Strategy | str:
    """Lightning's strategy for this machine.

    ``ddp`` keeps a copy of everything in each process and averages gradients (gloo on the CPU, NCCL on GPUs). ``fsdp``
    shards weights, gradients, and optimiser over the processes, block by block (Zhao et al. 2023, arXiv:2304.11277).
    """
    if machine.strategy == "auto" and machine.devices == 1:
        return "auto"
    if machine.strategy == "fsdp":
        blocks = {DiTBlock, TextBlock}
        return FSDPStrategy(
            auto_wrap_policy=blocks,
            activation_checkpointing_policy=blocks,
            sharding_strategy="FULL_SHARD",
            state_dict_type="full",
            use_orig_params=True,
        )
    return DDPStrategy(forward_sync_buffers=False, gradient_as_bucket_view=True)
