"""How a run is spread over processes: alone, data-parallel, or fully sharded."""

from __future__ import annotations

from lightning.pytorch.strategies import DDPStrategy, ModelParallelStrategy, Strategy

from minisora.training.settings import Machine


def strategy_for(machine: Machine) -> Strategy | str:
    """Lightning's strategy for this machine.

    ``ddp`` keeps a copy of everything in each process and averages gradients (gloo on the CPU, NCCL on GPUs); ``fsdp``
    shards weights, gradients, and optimiser, see ``sharding.py``.
    """
    if machine.strategy == "auto" and machine.devices == 1:
        return "auto"
    if machine.strategy == "fsdp":
        return ModelParallelStrategy(
            data_parallel_size=machine.devices, tensor_parallel_size=1, save_distributed_checkpoint=False
        )
    return DDPStrategy(gradient_as_bucket_view=True)
