"""The doctor finds what is wrong, says how to mend it, and is content with a sound installation."""

from __future__ import annotations

import json
import shutil
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from minisora import doctor
from minisora.cli import main
from minisora.doctor import Finding, canonical, examine, locked_versions, requirements


@pytest.fixture
def shipped(weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Sound weights where the shipped ones are looked for."""
    folder = Path(shutil.copytree(weights, tmp_path / "shipped"))
    monkeypatch.setattr("minisora.checkpoint.shipped_folder", lambda: folder)
    return folder


def wrong(tmp_path: Path) -> dict[str, Finding]:
    return {finding.name: finding for finding in examine(tmp_path / "out") if finding.mend}


def test_a_sound_installation(shipped: Path, tmp_path: Path) -> None:
    findings = {finding.name: finding for finding in examine(tmp_path / "out")}
    assert {name: f for name, f in findings.items() if f.mend and name != "threads"} == {}
    names = ("minisora", "python", "torch", "numpy", "av", "torch build", "device", "threads", "video codecs", "output")
    assert set(names) <= findings.keys()
    assert findings["weights: codec"].value.startswith("tiny, sha256 ")
    assert findings["torch"].value.startswith(metadata.version("torch"))


def test_damaged_and_missing_weights(shipped: Path, tmp_path: Path) -> None:
    (shipped / "codec.safetensors").unlink()
    path = shipped / "text-to-video.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    found = wrong(tmp_path)
    assert found["weights: codec"].value.startswith("no weights at")
    assert "was changed or damaged" in found["weights: text-to-video"].value


def test_missing_and_outdated_packages(shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = metadata.version

    def version(name: str) -> str:
        if name in ("einops", "lightning"):
            raise metadata.PackageNotFoundError(name)
        return "0.1" if name == "numpy" else real(name)

    monkeypatch.setattr(metadata, "version", version)
    found = wrong(tmp_path)
    assert found["numpy"].value.startswith("0.1, outside ")
    assert found["einops"] == Finding("einops", "not installed", doctor.INSTALL)
    assert "lightning" not in found  # an extra


def test_unwritable_output(shipped: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    assert "cannot write to" in wrong(tmp_path)["output"].value


def test_missing_codec(shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("av.codecs_available", {"libvpx-vp9"})
    assert wrong(tmp_path)["video codecs"].value == "no libx264 (mp4)"


def test_too_many_threads(shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.get_num_threads", lambda: 10_000)
    assert "set OMP_NUM_THREADS=" in (wrong(tmp_path)["threads"].mend or "")


def test_a_broken_torch(shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    assert wrong(tmp_path)["torch works"].value.startswith("ModuleNotFoundError")


def test_ranges_of_an_installed_wheel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(doctor, "CHECKOUT", tmp_path)
    lines = ["torch<3,>=2.6", 'lightning<3,>=2.5; extra == "train"']
    monkeypatch.setattr(metadata, "requires", lambda _: lines)
    assert [r.name for r in requirements()] == ["torch"]
    assert [r.name for r in requirements("train")] == ["lightning"]


def test_the_command(
    shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("torch.get_num_threads", lambda: 1)
    with pytest.raises(SystemExit) as ended:
        main(["doctor", "--json"])
    report = json.loads(capsys.readouterr().out)
    assert (ended.value.code, report["ok"]) == (0, True)
    assert all(set(finding) == {"name", "value", "mend"} for finding in report["findings"])
    (shipped / "codec.json").unlink()
    with pytest.raises(SystemExit) as ended:
        main(["doctor"])
    text = capsys.readouterr().out
    assert ended.value.code == 1
    assert "WRONG  weights: codec" in text
    assert "-> " in text
    assert text.rstrip().endswith("1 thing is wrong")


def test_lock_lines() -> None:
    text = "# comment\ntorch==2.13.0\nPyYAML==6.0.3\nruamel.yaml==1.0 ; python_version > '3'\n"
    assert locked_versions(text) == {"torch": "2.13.0", "pyyaml": "6.0.3", "ruamel-yaml": "1.0"}
    assert canonical("Ruamel_Yaml") == "ruamel-yaml"
    assert Requirement("torch>=2").name == "torch"


def test_weights_that_help_the_others_are_looked_at_where_they_are(shipped: Path, tmp_path: Path) -> None:
    names = ("planner", "writer", *(f"student/{kind}" for kind in ("planner", "text-to-video", "writer")))
    helpers = {f"weights: {name}" for name in names}
    assert not helpers & {finding.name for finding in examine(tmp_path / "out")}
    (shipped / "student").mkdir()
    for name in names:
        shutil.copy(shipped / "codec.safetensors", shipped / f"{name}.safetensors")
    assert helpers <= wrong(tmp_path).keys()
