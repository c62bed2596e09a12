"""Weights are loaded exactly as they were saved, or not at all and with one line that says why."""

from __future__ import annotations

import json
import pickle
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from torch import nn

from minisora.checkpoint import (
    card_path,
    load_checkpoint,
    load_weights,
    save_checkpoint,
    settings_from,
    sha256,
    shipped_folder,
)
from minisora.errors import UserError


@dataclass(frozen=True)
class Sizes:
    width: int
    rate: float = 0.5
    name: str = "x"
    shape: tuple[int, ...] = (1, 2)


CARD = {"kind": "codec", "preset": "tiny", "settings": {"width": 3}, "seed": 1}


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    return save_checkpoint(tmp_path, "tiny", nn.Linear(3, 3).state_dict(), CARD)


def error_of(path: Path, **options: str) -> str:
    with pytest.raises(UserError) as caught:
        load_checkpoint(path, **options)  # type: ignore[arg-type]
    message = str(caught.value)
    assert "\n" not in message
    assert "—" in message  # the way out
    return message


def test_round_trip(tmp_path: Path) -> None:
    module = nn.Linear(3, 3)
    path = save_checkpoint(tmp_path / "new", "tiny", module.state_dict(), CARD)
    tensors, card = load_checkpoint(path, kind="codec")
    assert all(torch.equal(tensors[key], value) for key, value in module.state_dict().items())
    assert card == {**CARD, "sha256": sha256(path)}
    assert sorted(p.name for p in path.parent.iterdir()) == ["tiny.json", "tiny.safetensors"]


def test_whoever_can_read_the_card_can_read_the_weights(saved: Path) -> None:
    assert saved.stat().st_mode == card_path(saved).stat().st_mode


def test_weights_go_into_a_module_without_storage(saved: Path) -> None:
    tensors, _ = load_checkpoint(saved)
    with torch.device("meta"):
        module = nn.Linear(3, 3)
    load_weights(module, tensors, source=saved)
    assert torch.equal(module.weight, tensors["weight"])
    assert module.weight.requires_grad


def test_half_precision_on_disk_is_single_in_the_module(tmp_path: Path) -> None:
    module = nn.Linear(3, 3)
    path = save_checkpoint(tmp_path, "half", module.half().state_dict(), CARD)
    load_weights(single := nn.Linear(3, 3), load_checkpoint(path)[0], source=path)
    assert single.weight.dtype == torch.float32


def test_missing(tmp_path: Path) -> None:
    assert "no weights at" in error_of(tmp_path / "none.safetensors")
    assert "cannot read" in error_of(tmp_path)


@pytest.mark.parametrize("keep", [0, 3, 8, 60, -1])
def test_truncated(saved: Path, keep: int) -> None:
    saved.write_bytes(saved.read_bytes()[:keep])
    assert "truncated" in error_of(saved)


def test_padded(saved: Path) -> None:
    saved.write_bytes(saved.read_bytes() + b"0")
    assert "truncated or padded" in error_of(saved)


def test_tampered(saved: Path) -> None:
    content = bytearray(saved.read_bytes())
    content[-1] ^= 1
    saved.write_bytes(content)
    assert "was changed or damaged" in error_of(saved)


def test_pickles_are_never_opened(saved: Path, tmp_path: Path) -> None:
    witness = tmp_path / "ran"

    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[str, str]]:
            return open, (str(witness), "w")

    for protocol in range(2, 6):
        saved.write_bytes(pickle.dumps({"weight": Bomb()}, protocol=protocol))
        assert "is a pickle" in error_of(saved)
    torch.save({"weight": Bomb()}, saved)  # a zip with a pickle inside
    assert "is a pickle" in error_of(saved)
    assert not witness.exists()


@pytest.mark.parametrize("content", [b"hello, this is a text file\n", b"\x02\0\0\0\0\0\0\0[]", b"\x02\0\0\0\0\0\0\0{x"])
def test_not_safetensors(saved: Path, content: bytes) -> None:
    saved.write_bytes(content)
    assert "not a safetensors file" in error_of(saved)


@pytest.mark.parametrize("content", ["", "{", "[1]", "\x00"])
def test_broken_card(saved: Path, content: str) -> None:
    card_path(saved).write_text(content)
    assert "is no card" in error_of(saved)


def test_no_card(saved: Path) -> None:
    card_path(saved).unlink()
    assert "needs its card tiny.json" in error_of(saved)


@pytest.mark.parametrize("change", [{"preset": "huge"}, {"settings": {"width": 4}}])
def test_card_of_other_weights(saved: Path, change: dict[str, object]) -> None:
    card = json.loads(card_path(saved).read_text())
    card_path(saved).write_text(json.dumps({**card, **change}))
    assert "describes other weights" in error_of(saved)


def test_scores_may_be_added_later(saved: Path) -> None:
    card = json.loads(card_path(saved).read_text())
    card_path(saved).write_text(json.dumps({**card, "scores": {"psnr": 32.1}}))
    assert load_checkpoint(saved)[1]["scores"] == {"psnr": 32.1}


def test_wrong_kind(saved: Path) -> None:
    assert "'text-to-video' is needed" in error_of(saved, kind="text-to-video")


def test_wrong_shape_and_names(saved: Path) -> None:
    tensors, _ = load_checkpoint(saved)
    with pytest.raises(UserError, match=r"has \(3,\) for bias, the model needs \(4,\)"):
        load_weights(nn.Linear(3, 4), tensors, source=saved)
    with pytest.raises(UserError, match="for bias, the model needs nothing"):
        load_weights(nn.Linear(3, 3, bias=False), tensors, source=saved)


def test_a_kill_between_weights_and_card_is_mended(saved: Path) -> None:
    old_card = card_path(saved).read_bytes()
    new = nn.Linear(3, 3).state_dict()
    save_checkpoint(saved.parent, "tiny", new, {**CARD, "seed": 2})
    card_path(saved).replace(saved.with_suffix(".json.next"))  # as the kill would leave it
    card_path(saved).write_bytes(old_card)
    tensors, card = load_checkpoint(saved)
    assert torch.equal(tensors["weight"], new["weight"])
    assert card["seed"] == 2
    assert load_checkpoint(saved)[1]["seed"] == 2
    assert not saved.with_suffix(".json.next").exists()


def test_a_kill_before_the_weights_changes_nothing(saved: Path) -> None:
    saved.with_suffix(".json.next").write_text(json.dumps({**CARD, "sha256": "0" * 64}))
    assert load_checkpoint(saved)[1]["seed"] == 1


def test_a_failed_save_leaves_the_old_weights_whole(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = saved.read_bytes()

    def full_disk(_: object, target: Path, **__: object) -> None:
        Path(target).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("safetensors.torch.save_file", full_disk)
    with pytest.raises(UserError, match="no space left"):
        save_checkpoint(saved.parent, "tiny", nn.Linear(3, 3).state_dict(), CARD)
    assert saved.read_bytes() == before
    assert load_checkpoint(saved)[1]["seed"] == 1


def test_unwritable_place(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot write"):
        save_checkpoint(tmp_path / "file", "tiny", {}, CARD)


def test_a_card_needs_kind_and_settings(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="has no kind and no settings"):
        save_checkpoint(tmp_path, "tiny", {}, {})
    assert not list(tmp_path.iterdir())


def test_tensors_that_share_memory(tmp_path: Path) -> None:
    shared = torch.arange(4.0)
    path = save_checkpoint(tmp_path, "tiny", {"a": shared, "b": shared[1:], "c": shared.view(2, 2).T}, CARD)
    tensors, _ = load_checkpoint(path)
    assert torch.equal(tensors["c"], torch.tensor([[0.0, 2.0], [1.0, 3.0]]))


def test_settings() -> None:
    source = Path("x.safetensors")
    assert settings_from(Sizes, {"width": 3, "rate": 1, "shape": [4]}, source=source) == Sizes(3, 1, "x", (4,))
    for values, message in (
        ({"width": "3"}, "setting width is '3', not int"),
        ({"width": True}, "setting width is True, not int"),
        ({"width": 3, "depth": 1}, "unknown setting 'depth'"),
        ({}, "setting 'width' is missing"),
        ([3], "settings are list"),
    ):
        with pytest.raises(UserError, match=message):
            settings_from(Sizes, values, source=source)


def test_shipped_weights_are_looked_for_in_the_checkout() -> None:
    assert shipped_folder().parts[-2:] in (("data", "checkpoints"), ("_data", "checkpoints"))


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_weights_that_are_not_finite_are_neither_written_nor_taken(tmp_path: Path, saved: Path, bad: float) -> None:
    module = nn.Linear(3, 3)
    module.bias.data[1] = bad
    with pytest.raises(UserError, match="bias holds numbers that are not finite — try a lower learning rate") as caught:
        save_checkpoint(tmp_path / "new", "tiny", module.state_dict(), CARD)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "new").exists()
    with pytest.raises(UserError, match="bias holds numbers that are not finite — train it again"):
        load_weights(nn.Linear(3, 3), module.state_dict(), source=saved)
