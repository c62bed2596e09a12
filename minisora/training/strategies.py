"""How a run is spread over processes: alone, data-parallel, or fully sharded."""

from __future__ import annotations

from lightning.fabric.plugins.environments.cluster_environment import ClusterEnvironment
from lightning.fabric.plugins.environments.lightning import LightningEnvironment
from lightning.fabric.plugins.environments.slurm import SLURMEnvironment
from lightning.fabric.plugins.environments.torchelastic import TorchElasticEnvironment
from lightning.pytorch.strategies import DDPStrategy, ModelParallelStrategy, Strategy
from lightning.pytorch.utilities import rank_zero_only

from minisora.training.processes import settle
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


def place_of(machine: Machine) -> ClusterEnvironment:
    """This process's place among those of a run; from now on the right one does what the first alone does.

    Raises: UserError, see :func:`~minisora.training.processes.settle`.
    """
    launcher = settle(machine.devices)
    if launcher == "torchrun":
        place: ClusterEnvironment = TorchElasticEnvironment()
    elif launcher == "slurm":
        place = SLURMEnvironment(auto_requeue=False)
    else:
        place = LightningEnvironment()
    setattr(rank_zero_only, "rank", place.local_rank())  # noqa: B010 (a function's attribute); all are on one machine
    return place
