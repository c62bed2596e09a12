from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import minisora
from minisora.training.fit import fit
from minisora.training.modules import TextToVideoModule
from minisora.training.settings import Machine
from minisora.training.sharding import whole
from minisora.training.state import LAST

ROOT = str(Path(minisora.__file__).parents[1])
TRAINS = """
import pathlib, pickle, sys
sys.path.insert(0, sys.argv[2])
import torch
torch.set_num_threads(1)
module, batches, settings = pickle.loads(pathlib.Path(sys.argv[1]).read_bytes())
from minisora.training.fit import fit
from minisora.training.sharding import whole
step, gradients = type(module).optimizer_step, []
def remembers(self, epoch, batch_idx, optimizer, closure=None):
    closure()
    gradients.append([whole(p.grad).clone() for p in self.network.parameters()])
    step(self, epoch, batch_idx, optimizer)
type(module).optimizer_step = remembers
outcome = fit(module, batches, settings)
torch.save((gradients, outcome.step), settings.run / f"process{module.global_rank}.pt")
"""


#: What an earlier job may have left in the environment: it must not be believed.
LEFT = {"RANK": "3", "LOCAL_RANK": "3", "WORLD_SIZE": "4", "MASTER_ADDR": "nowhere.invalid", "SLURM_NTASKS": "4"}


@pytest.mark.parametrize("strategy", ["ddp", "fsdp"])
def test_two_processes_have_the_gradients_of_one_with_the_joint_batch(
    tmp_path: Path, batches, tiny, strategy, monkeypatch
) -> None:
    module = tiny.module()
    torch.nn.init.normal_(module.network.patch_out.weight, std=0.1)  # zero at first: most gradients would be zero
    machine = Machine(devices=2, strategy=strategy)
    job, script = tmp_path / "job.pickle", tmp_path / "train.py"
    job.write_bytes(pickle.dumps((module, batches, tiny.settings(tmp_path, steps=3, machine=machine, save_minutes=60))))
    script.write_text(TRAINS)
    command = [sys.executable, str(script), str(job), ROOT]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1800, env={**os.environ, **LEFT})
    assert done.returncode == 0, done.stderr

    alone, step = [], TextToVideoModule.optimizer_step

    def remembers(self, epoch, batch_idx, optimizer, closure) -> None:
        closure()
        alone.append([whole(p.grad).clone() for p in self.network.parameters()])
        step(self, epoch, batch_idx, optimizer)

    monkeypatch.setattr(TextToVideoModule, "optimizer_step", remembers)
    fit(module, batches, tiny.settings(tmp_path / "alone", steps=3, save_minutes=60))
    assert len(alone) == 3
    first, second = (torch.load(tmp_path / f"process{rank}.pt", weights_only=True) for rank in (0, 1))
    assert first[1] == second[1] == 3
    for joint, here, there in zip(alone, first[0], second[0], strict=True):
        for expected, one, other in zip(joint, here, there, strict=True):
            assert torch.equal(one, other)
            torch.testing.assert_close(one, expected, atol=1e-5 * float(expected.abs().max()) + 1e-7, rtol=1e-3)

    state = torch.load(tmp_path / LAST, weights_only=False)["state_dict"]
    for name, value in module.state_dict().items():  # the state is whole, and of the same network
        torch.testing.assert_close(state[name], value, atol=2e-4, rtol=2e-3)
