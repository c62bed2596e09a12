from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import torch

import minisora
from minisora.training.settings import Machine

ROOT = str(Path(minisora.__file__).parents[1])
TRAINS = """
import pathlib, pickle, sys
sys.path.insert(0, sys.argv[2])
import torch
torch.set_num_threads(1)
module, batches, settings = pickle.loads(pathlib.Path(sys.argv[1]).read_bytes())
from minisora.training.run import fit
step, gradients = type(module).optimizer_step, []
def remembers(self, epoch, batch_idx, optimizer, closure=None):
    closure()
    gradients.append([p.grad.clone() for p in self.network.parameters()])
    step(self, epoch, batch_idx, optimizer)
type(module).optimizer_step = remembers
outcome = fit(module, batches, settings)
torch.save((gradients, outcome.step), settings.run / f"process{module.global_rank}.pt")
"""


def test_two_processes_have_the_gradients_of_one_with_the_joint_batch(tmp_path: Path, batches, tiny) -> None:
    gradients = {}
    for devices in (1, 2):
        run, job = tmp_path / str(devices), tmp_path / f"{devices}.pickle"
        settings = tiny.settings(run, steps=3, machine=Machine(devices=devices), save_minutes=60)
        module = tiny.module()
        torch.nn.init.normal_(module.network.patch_out.weight, std=0.1)  # zero at first: most gradients would be zero
        job.write_bytes(pickle.dumps((module, batches, settings)))
        script = tmp_path / "train.py"
        script.write_text(TRAINS)
        command = [sys.executable, str(script), str(job), ROOT]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        for rank in range(devices):
            gradients[devices, rank], step = torch.load(run / f"process{rank}.pt", weights_only=True)
            assert step == 3
    assert len(gradients[1, 0]) == 3
    for alone, first, second in zip(gradients[1, 0], gradients[2, 0], gradients[2, 1], strict=True):
        for joint, here, there in zip(alone, first, second, strict=True):
            assert torch.equal(here, there)
            torch.testing.assert_close(here, joint, atol=1e-5 * float(joint.abs().max()) + 1e-7, rtol=1e-3)
    assert (tmp_path / "2" / "last.ckpt").exists()
