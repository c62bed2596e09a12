"""Quotas of containers, in both versions of Linux's control groups, seen in pretended files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from minisora import doctor
from minisora.course.grading.grade import Limits, _examine_apart
from minisora.processors import THREADS, WAITING, limit_threads, processors, quota, threads, wait_asleep

V2 = {"proc/self/cgroup": "0::/user.slice/job\n"}
V1 = {"proc/self/cgroup": "12:memory:/docker/1f\n3:cpu,cpuacct:/docker/1f\n0::/docker/1f\n"}
MACHINES = [
    ({}, None),
    (V2, None),
    ({**V2, "sys/fs/cgroup/user.slice/job/cpu.max": "max 100000\n"}, None),
    ({**V2, "sys/fs/cgroup/user.slice/job/cpu.max": "250000 100000\n"}, 2.5),
    (
        {**V2, "sys/fs/cgroup/user.slice/cpu.max": "150000 100000\n", "sys/fs/cgroup/user.slice/job/cpu.max": "max 1"},
        1.5,
    ),
    ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "50000 100000\n"}, 0.5),
    ({**V2, "sys/fs/cgroup/cpu.max": "50000 100000\n"}, 0.5),  # mounted as the root, although the path says otherwise
    ({**V2, "sys/fs/cgroup/user.slice/job/cpu.max": "a few\n", "sys/fs/cgroup/cpu.max": ""}, None),
    ({**V2, "sys/fs/cgroup/cpu.max": "100000 0\n"}, None),
    ({"proc/self/cgroup": "nonsense\n::\n\n"}, None),
    ({**V1, **{f"sys/fs/cgroup/cpu/cpu.cfs_{k}_us": v for k, v in (("quota", "300000"), ("period", "100000"))}}, 3.0),
    ({**V1, **{f"sys/fs/cgroup/cpu/cpu.cfs_{k}_us": v for k, v in (("quota", "-1"), ("period", "100000"))}}, None),
    (
        {
            **V1,
            "sys/fs/cgroup/cpu,cpuacct/docker/1f/cpu.cfs_quota_us": "200000",
            "sys/fs/cgroup/cpu,cpuacct/docker/1f/cpu.cfs_period_us": "100000",
        },
        2.0,
    ),
]


def machine(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize(("files", "share"), MACHINES)
def test_quotas(files: dict[str, str], share: float | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minisora.processors.processors", lambda: 64)
    root = machine(tmp_path, files)
    assert quota(root) == share
    assert threads(root) == (64 if share is None else max(1, int(share)))


def test_threads_are_limited_unless_the_user_said_how_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = machine(tmp_path, {**V2, "sys/fs/cgroup/cpu.max": "300000 100000"})
    set_to: list[int] = []
    monkeypatch.setattr(torch, "set_num_threads", set_to.append)
    monkeypatch.setattr("minisora.processors.processors", lambda: 64)
    monkeypatch.setenv(THREADS, "7")
    limit_threads(root)
    assert (os.environ[THREADS], set_to) == ("7", [])
    monkeypatch.delenv(THREADS)
    limit_threads(root)
    assert (os.environ[THREADS], set_to) == ("3", [3])
    monkeypatch.delenv(THREADS)
    limit_threads(tmp_path / "without a quota")
    assert THREADS not in os.environ
    assert processors() >= 1


def test_clips_are_made_by_threads_that_wait_asleep(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In a process of its own, in which the command fails, but only after PyTorch was imported."""
    script = (
        "import os, sys\nfrom minisora.cli import main\n"
        "class Torch:\n"
        "    def find_spec(self, name, *rest):\n"
        "        if name == 'torch':\n"
        f"            sys.exit(os.environ.get('{WAITING}', 'awake'))\n"
        "sys.meta_path.insert(0, Torch())\n"
        f"main([*sys.argv[1:], '--out', {str(tmp_path / 'clip.gif')!r}])\n"
    )
    clean = {name: value for name, value in os.environ.items() if name != WAITING}
    for command in (["generate", "a red circle"], ["loop", "a red circle"]):
        done = subprocess.run([sys.executable, "-c", script, *command], capture_output=True, text=True, env=clean)
        assert done.stderr.splitlines()[-1] == "passive", done.stderr
    monkeypatch.setenv(WAITING, "active")
    wait_asleep()
    assert os.environ[WAITING] == "active"


@pytest.mark.parametrize("begins", ["minisora.cli", "minisora.course.start"])
def test_commands_and_chapters_begin_with_it(begins: str) -> None:
    """In a process of its own, in which 64 processors have a quota of one and a half."""
    command = "minisora.cli.main(['words'])" if begins.endswith("cli") else "minisora.course.start.begin('02')"
    script = (
        "import minisora.processors as p\n"
        "p.processors, p.quota = lambda: 64, lambda root: 1.5\n"
        f"import os, {begins}\n"
        f"try:\n    {command}\nexcept SystemExit:\n    pass\n"
        "import torch\n"
        "print('threads', os.environ['OMP_NUM_THREADS'], torch.get_num_threads())\n"
    )
    clean = {name: value for name, value in os.environ.items() if name != THREADS}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=clean)
    assert done.stdout.splitlines()[-1] == "threads 1 1", done.stderr


def test_the_doctor_says_the_quota_and_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "processors", lambda: 64)
    monkeypatch.setattr(doctor, "quota", lambda: 2.5)
    monkeypatch.setattr(doctor, "threads", lambda: 2)
    fine, slow = doctor._threads(2), doctor._threads(64)
    says = (
        "2 on 64 cores, of which a quota (cgroup) leaves the time of 2.5; in programs of your own set OMP_NUM_THREADS=2"
    )
    assert (fine.value, fine.mend) == (says, None)
    assert slow.mend is not None and slow.mend.endswith("set OMP_NUM_THREADS=2")


def test_an_exercise_is_examined_with_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty-four threads would spend its seconds sixty-four times as fast, and reserve more memory than it may."""
    monkeypatch.setenv(THREADS, "64")
    source = (
        "import os, torch\n"
        "torch.ones(2000, 2000) @ torch.ones(2000, 2000)\n"
        'raise ValueError(f\'{torch.get_num_threads()} of {len(os.listdir("/proc/self/task"))}, '
        '{os.environ["MALLOC_ARENA_MAX"]}\')\n'
    )
    right, says = _examine_apart("patchify", source, Limits())
    assert not right and "ValueError: 1 of 1, 2" in says


def test_who_has_half_a_processor_may_wait_twice_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = []
    for share in (None, 8.0, 0.5):
        monkeypatch.setattr("minisora.course.grading.grade.quota", lambda share=share: share)
        waiting.append(Limits(seconds=10).waiting)
    assert waiting == [80, 80, 100]
