"""What an installation is made of, what is wrong with it, and how to mend that."""

from __future__ import annotations

import platform
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

import minisora
from minisora.errors import UserError
from minisora.files import check_writable
from minisora.processors import THREADS, processors, quota, threads

CHECKOUT = Path(__file__).resolve().parents[1]
LOCK = CHECKOUT / "requirements.lock"
INSTALL = "pip install -c requirements.lock -e ." if LOCK.exists() else "pip install --upgrade minisora"
EXTRAS = {
    "train": "training and measuring",
    "course": "the chapters and the Studio",
    "sign": "signed clips",
    "film": "films",
}
CODECS = {"mp4": "libx264", "webm": "libvpx-vp9"}


@dataclass(frozen=True)
class Finding:
    """One line of the report: what it is about, what was found, and how to mend it (None: nothing is wrong)."""

    name: str
    value: str
    mend: str | None = None


def examine(out: Path = Path("out")) -> list[Finding]:
    """Everything that making a video needs, from Python to a place to write to."""
    parts = (_versions, _torch, _codecs, _weights)
    return [finding for part in parts for finding in part()] + list(_place(out))


def requirements(extra: str = "") -> list[Requirement]:
    """What minisora (or one of its extras) asks for: in a checkout from pyproject.toml, else as installed."""
    project = CHECKOUT / "pyproject.toml"
    if project.exists():
        table = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
        return list(map(Requirement, table["optional-dependencies"][extra] if extra else table["dependencies"]))
    try:
        found = map(Requirement, metadata.requires("minisora") or [])
    except metadata.PackageNotFoundError:
        return []
    return [r for r in found if (r.marker is None if not extra else r.marker and r.marker.evaluate({"extra": extra}))]


def locked_versions(text: str) -> dict[str, str]:
    """Package -> exact version of a lock file's lines."""
    return {canonical(name): version for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE)}


def canonical(name: str) -> str:
    """A package's name as PEP 503 writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _versions() -> Iterator[Finding]:
    yield Finding("minisora", f"{minisora.__version__} in {Path(minisora.__file__).parent}")
    yield Finding("python", f"{platform.python_version()}, {platform.system()} {platform.machine()}")
    locked = locked_versions(LOCK.read_text(encoding="utf-8")) if LOCK.exists() else {}
    for requirement in requirements():
        yield _version(requirement, locked)
    for extra, wanted in EXTRAS.items():
        for requirement in requirements(extra):
            if requirement.name != "minisora":  # an extra that contains another
                yield _version(requirement, locked, wanted=wanted)


def _version(requirement: Requirement, locked: dict[str, str], *, wanted: str = "") -> Finding:
    """``wanted``: what alone needs it; otherwise everything does."""
    name, lock = requirement.name, locked.get(canonical(requirement.name))
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        if wanted:
            return Finding(name, f"not installed (only {wanted} need it)")
        return Finding(name, "not installed", INSTALL)
    if not requirement.specifier.contains(version, prereleases=True):
        return Finding(name, f"{version}, outside {requirement.specifier}", INSTALL)
    differs = lock is not None and version.split("+")[0] != lock
    return Finding(name, f"{version} (the lock has {lock})" if differs else version)


def _torch() -> Iterator[Finding]:
    try:
        import torch

        from minisora.networks import pick_device
    except Exception as error:  # a broken binary raises anything from ImportError to OSError
        yield Finding("torch works", _one_line(error), f"reinstall it: {INSTALL} --force-reinstall")
        return
    build = f"CUDA {torch.version.cuda}" if torch.version.cuda else "CPU"
    yield Finding("torch build", build)
    device = pick_device()
    mps = ", MPS only when asked for (--device mps)" if torch.backends.mps.is_available() else ""
    yield Finding("device", (torch.cuda.get_device_name(device) if device.type == "cuda" else device.type) + mps)
    yield _threads(torch.get_num_threads())
    x = torch.eye(8)
    wrong = None if torch.equal(x @ x, x) else f"reinstall it: {INSTALL} --force-reinstall"
    yield Finding("torch works", "yes" if wrong is None else "its matrix product is wrong", wrong)


def _threads(started: int) -> Finding:
    cores, most, share = processors(), threads(), quota()
    value = f"{started} on {cores} cores"
    if share is not None:
        value += (
            f", of which a quota (cgroup) leaves the time of {share:.3g}; in programs of your own set {THREADS}={most}"
        )
    too_many = f"more threads than cores slow it down: set {THREADS}={most}" if started > most else None
    return Finding("threads", value, too_many)


def _codecs() -> Iterator[Finding]:
    try:
        import av
    except Exception as error:
        yield Finding("video codecs", _one_line(error), INSTALL)
        return
    missing = [f"{codec} ({ending})" for ending, codec in CODECS.items() if codec not in av.codecs_available]
    mend = f"install PyAV's own wheel: {INSTALL} --force-reinstall; gif and png work without" if missing else None
    yield Finding("video codecs", f"no {', '.join(missing)}" if missing else ", ".join(CODECS.values()), mend)


def _weights() -> Iterator[Finding]:
    try:
        from minisora.checkpoint import load_checkpoint, shipped_folder
    except Exception as error:
        yield Finding("weights", _one_line(error), INSTALL)
        return
    student = [f"student/{kind}" for kind in ("planner", "text-to-video", "writer")]
    for name in ("codec", "text-to-video", "planner", "writer", *student):
        path = shipped_folder() / f"{name}.safetensors"
        if name not in ("codec", "text-to-video") and not path.exists():
            continue  # clips can be made without
        try:
            _, card = load_checkpoint(path, kind=path.stem)
        except UserError as error:
            yield Finding(f"weights: {name}", str(error), "git checkout -- data/checkpoints, or reinstall the wheel")
        else:
            yield Finding(f"weights: {name}", f"{card.get('preset') or 'no preset'}, sha256 {card['sha256'][:12]}…")


def _place(out: Path) -> Iterator[Finding]:
    try:
        check_writable(out)
    except UserError as error:
        yield Finding("output", str(error), "use --out, or another folder")
    else:
        yield Finding("output", f"{out.resolve()} can be written to")


def _one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]
