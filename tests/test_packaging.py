"""What a user installs: ranges, lock and conda file agree, the wheel carries the weights, make passes everything on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import minisora
from minisora.doctor import canonical, locked_versions
from minisora.video import read_video

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK_TEXT = (ROOT / "requirements.lock").read_text(encoding="utf-8")
LOCK = locked_versions(LOCK_TEXT)
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
RANGES = [
    Requirement(line) for line in [*PROJECT["dependencies"], *(line for lines in EXTRAS.values() for line in lines)]
]


@pytest.mark.parametrize("requirement", [r for r in RANGES if r.name != "minisora"], ids=lambda r: r.name)
def test_the_lock_is_within_the_ranges(requirement: Requirement) -> None:
    version = LOCK.get(canonical(requirement.name))
    assert version is not None, f"{requirement.name} is not in requirements.lock"
    assert requirement.specifier.contains(version), f"{requirement} excludes {version}, which requirements.lock has"
    assert any(spec.operator in ("<", "~=", "==") for spec in requirement.specifier), f"{requirement} has no upper end"


def test_the_lock_is_exact_and_fits_any_machine() -> None:
    assert LOCK["torch"] == "2.13.0"
    lines = [line for line in LOCK_TEXT.splitlines() if line and not line.startswith("#")]
    assert len(lines) == len(LOCK)
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)  # no hosts, paths, or local versions


def test_extras_build_on_each_other() -> None:
    named = {extra for requirement in RANGES if requirement.name == "minisora" for extra in requirement.extras}
    assert named <= EXTRAS.keys()
    assert {"train", "course", "test"} <= EXTRAS.keys()


def test_the_conda_environment_is_the_lock() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    plain = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    (pip,) = (entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    python = next(entry for entry in plain if entry.startswith("python="))
    assert SpecifierSet(PROJECT["requires-python"]).contains(python.removeprefix("python="))
    assert "pip" in plain
    assert len(plain) == 2, "whatever conda installs itself is not held by the lock"
    assert pip[0] == "-c requirements.lock"
    (install,) = (re.fullmatch(r"-e \.\[([\w,]+)\]", line) for line in pip[1:])
    assert install is not None
    assert set(install[1].split(",")) <= EXTRAS.keys()


def test_making_a_video_needs_no_more_than_it_needs() -> None:
    """Every plain dependency is imported for it, and it goes without the packages of the extras."""
    modules = {"pillow": "PIL", "c2pa-python": "c2pa", "scikit-learn": "sklearn", "pyyaml": "yaml"}
    needed = {modules.get(r.name, r.name) for r in map(Requirement, PROJECT["dependencies"])}
    optional = {modules.get(r.name, r.name.replace("-", "_")) for r in RANGES} - needed - {"minisora"}
    script = (
        f"import sys; sys.modules.update(dict.fromkeys({sorted(optional)}))\n"  # None: "not installed"
        "import minisora.cli, minisora.cli.generate, minisora.cli.words, minisora.pipeline, minisora.doctor\n"
        "import rich.progress\n"
        f"assert {needed} <= sys.modules.keys()"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


def test_versions_agree() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == minisora.__version__
    assert citation["license"] == PROJECT["license"] == "Apache-2.0"
    assert all((ROOT / name).exists() for name in PROJECT["license-files"])


def run(*command: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "PYTHONPATH"))}
    return subprocess.run(
        list(map(str, command)), cwd=cwd, env={**kept, **environment}, capture_output=True, text=True, check=False
    )


def test_the_wheel_makes_a_video_outside_the_checkout(tmp_path: Path) -> None:
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "-q")
    built = run(*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", tmp_path, ROOT, cwd=tmp_path)
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("minisora-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    student = [f"student/{kind}" for kind in ("planner", "text-to-video", "writer")]
    for kind in ("codec", "planner", "writer", "text-to-video", *student):
        assert f"minisora/_data/checkpoints/{kind}.safetensors" in names
        assert f"minisora/_data/checkpoints/{kind}.json" in names
    assert not [name for name in names if name.startswith(("tests/", "data/", "chapters/"))]

    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    elsewhere.mkdir()
    installed = run(*pip, "install", "--no-deps", "--no-index", "--target", site, wheel, cwd=tmp_path)
    assert installed.returncode == 0, installed.stderr
    command = (site / "bin" / "minisora", "generate", "a red circle moves right", "--steps", "4", "--out", "a.mp4")
    made = run(*command, cwd=elsewhere, PYTHONPATH=str(site))
    assert made.returncode == 0, made.stderr
    assert read_video(elsewhere / "a.mp4").shape == (3, 17, 256, 256)
    assert (elsewhere / "a.png").exists()
    where = run(sys.executable, "-c", "import minisora; print(minisora.__file__)", cwd=elsewhere, PYTHONPATH=str(site))
    assert Path(where.stdout.strip()).is_relative_to(site)


needs_make = pytest.mark.skipif(shutil.which("make") is None or sys.platform == "win32", reason="make")

FAKE_PYTHON = """#!/bin/sh
for argument in "$@"; do printf '%s\\n' "[$argument]"; done
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A checkout whose .venv is ready, with a Python that prints its arguments."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(FAKE_PYTHON)
    python.chmod(0o755)
    for stamp in (".base", ".train", ".test"):
        (tmp_path / ".venv" / stamp).touch()
    return tmp_path


@needs_make
@pytest.mark.parametrize(
    "prompt",
    [
        "a red circle",
        'it\'s a "red" circle',
        "$5 $(shell touch gotcha) ${HOME} $$ `touch gotcha`",
        "a; touch gotcha #",
        "--help",
        "back\\slash and  two spaces",
        "",
    ],
)
def test_make_passes_any_prompt_on(house: Path, prompt: str) -> None:
    made = run("make", "video", f"PROMPT={prompt}", "OUT=my $clip's.mp4", "SIZE=64x96", "STEPS=5", cwd=house)
    assert made.returncode == 0, made.stderr
    options = ["--size", "64x96", "--steps", "5", "--out", "my $clip's.mp4", "--", prompt]
    expected = ["-m", "minisora", "generate", *options]
    assert made.stdout.splitlines() == [f"[{argument}]" for argument in expected]
    assert not (house / "gotcha").exists()


@needs_make
def test_make_video_without_anything(house: Path) -> None:
    made = run("make", "video", cwd=house)
    assert made.stdout.splitlines()[-2:] == ["[--]", "[a red circle moves right and a blue square bounces]"]
    assert "[--size]" not in made.stdout


@needs_make
def test_make_video_says_where_it_comes_from(house: Path) -> None:
    made = run("make", "video", "MARK=1", "WATERMARK=1", "SIGN=my $key's", cwd=house).stdout
    assert "[--editable]\n[.[sign]]" in made, "what signs is installed the first time that it is asked for"
    again = run("make", "video", "MARK=1", "WATERMARK=1", "SIGN=my $key's", cwd=house).stdout
    assert "[pip]" not in again and "[--mark]\n[--watermark]\n[--sign]\n[my $key's]\n[--]" in again
    assert "[--mark]" not in run("make", "video", "MARK=0", "WATERMARK=", cwd=house).stdout
    assert "[--watermark]" not in run("make", "video", "MARK=1", cwd=house).stdout
    assert "MARK=1 WATERMARK=1 SIGN=keys]" in run("make", cwd=house).stdout


@needs_make
def test_make_sets_up_once_and_again_when_the_lock_changes(house: Path) -> None:
    (house / ".venv" / ".base").unlink()
    first = run("make", "video", cwd=house).stdout
    assert "[--constraint]\n[requirements.lock]\n[--editable]\n[.]" in first
    assert "[pip]" not in run("make", "video", cwd=house).stdout
    newer = (house / ".venv" / ".base").stat().st_mtime + 10
    os.utime(house / "requirements.lock", (newer, newer))
    assert "[pip]" in run("make", "video", cwd=house).stdout


@needs_make
def test_make_test_is_what_ci_runs(house: Path) -> None:
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == "make test"
    said = run("make", "-n", "test", cwd=house).stdout
    for tool in ("ruff check .", "ruff format --check .", "importlinter", "basedpyright", "pytest"):
        assert tool in said
    assert "make TARGET" in run("make", cwd=house).stdout


@needs_make
def test_make_without_python(house: Path) -> None:
    shutil.rmtree(house / ".venv")
    tools = house / "tools"
    tools.mkdir()
    for tool in ("make", "sh", "mkdir", "touch"):
        (tools / tool).symlink_to(shutil.which(tool) or tool)
    old = tools / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    made = run("make", "video", cwd=house, PATH=str(tools))
    assert made.returncode != 0
    assert "error: no Python 3.11 or newer (with venv) found" in made.stderr
