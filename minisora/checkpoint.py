"""Weights on disk: ``<name>.safetensors`` with a card ``<name>.json`` beside it, checked before anything is used.

The card is for people and programs alike: what the weights are (kind, preset, settings), how they were made (command,
steps, data, seed), how good they are (scores), and the hash of the file that it describes. Nothing is ever unpickled.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, fields
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from minisora.errors import UserError
from minisora.files import from_json, reason, replacing

Card = dict[str, Any]
Settings = TypeVar("Settings")

#: What must agree between the card and the weights, which carry a copy: the rest of a card may be added to later.
IDENTITY = ("kind", "preset", "settings")


def shipped_folder() -> Path:
    """Where the weights that come with the package lie: inside an installed wheel, or in the checkout."""
    inside = Path(str(resources.files("minisora"))) / "_data" / "checkpoints"
    return inside if inside.is_dir() else Path(__file__).resolve().parents[1] / "data" / "checkpoints"


def save_checkpoint(folder: Path, name: str, state_dict: Mapping[str, Tensor], card: Card) -> Path:
    """Write ``folder/name.safetensors`` and its card, with the hash filled in. Returns the path of the weights.

    A kill between the two files is mended by the next load: the new card waits as ``name.json.next`` for its weights.

    Args:
        card: ``kind`` ("codec" or "text-to-video") and ``settings`` are needed, JSON throughout.
    Raises: UserError when a weight is not a finite number, or the folder cannot be written to.
    """
    missing = [key for key in ("kind", "settings") if key not in card]
    if missing:
        raise UserError(f"card of {name} has no {' and no '.join(missing)}: add it")
    path = folder / f"{name}.safetensors"
    tensors = {key: value.detach().cpu().contiguous().clone() for key, value in state_dict.items()}
    if (key := _not_finite(tensors)) is not None:
        raise UserError(f"{path} is not written: {key} holds numbers that are not finite — try a lower learning rate")
    with replacing(path) as draft:
        try:
            safetensors.torch.save_file(tensors, draft, metadata={"card": _identity(card)})
        except safetensors.SafetensorError as error:  # how it reports a full disk
            raise OSError(_one_line(error)) from error
        text = json.dumps({**card, "sha256": sha256(draft)}, indent=2, ensure_ascii=False) + "\n"
        with replacing(_next_card(path)) as waiting:
            waiting.write_text(text, encoding="utf-8")
        draft.chmod(_next_card(path).stat().st_mode)  # safetensors would let nobody else read the weights
    _next_card(path).replace(card_path(path))
    return path


def load_checkpoint(path: Path, *, kind: str | tuple[str, ...] | None = None) -> tuple[dict[str, Tensor], Card]:
    """Tensors and card, once both have been checked.

    Args:
        kind: what the weights must be, such as "codec" or "text-to-video"; of several, one of them.
    Raises: UserError when the file is missing, truncated, changed, no safetensors at all, or of another kind.
    """
    check_format(path)
    digest = sha256(path)
    card = _read_card(card_path(path), needed_by=path)
    if card.get("sha256") != digest:
        card = _finish_saving(path, digest)
    wanted = (kind,) if isinstance(kind, str) else kind
    if wanted is not None and card.get("kind") not in wanted:
        needed = " or ".join(map(repr, wanted))
        raise UserError(f"{path} holds weights of kind {card.get('kind')!r}, {needed} is needed — name another file")
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            identity = (file.metadata() or {}).get("card")
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 (not a mapping)
    except Exception as error:  # safetensors raises its own, undocumented kinds of error
        raise UserError(f"{path} is damaged ({_one_line(error)}) — fetch it again") from error
    if identity != _identity(card):
        raise UserError(f"{card_path(path)} describes other weights (another preset or settings) — fetch both again")
    return tensors, card


def load_weights(module: nn.Module, tensors: Mapping[str, Tensor], *, source: Path) -> None:
    """Let a module that was built from the card's settings, best ``hollow``, take the tensors as its weights.

    Raises: UserError when names or shapes differ or a weight is not a finite number, naming the first such tensor.
    """
    wanted = module.state_dict()
    for key in sorted(wanted.keys() | tensors.keys()):
        has, needs = (tuple(of[key].shape) if key in of else "nothing" for of in (tensors, wanted))
        if has != needs:
            raise UserError(f"{source} has {has} for {key}, the model needs {needs} — of another preset or version")
    if (key := _not_finite(tensors)) is not None:
        raise UserError(f"{source}: {key} holds numbers that are not finite — train it again, or fetch another file")
    module.load_state_dict({key: value.to(wanted[key].dtype) for key, value in tensors.items()}, assign=True)


def trained_on(card: Card) -> dict[str, Any]:
    """The first set of clips that weights were trained on, as their card has it; empty where it does not say."""
    data = card.get("data")
    return data[0] if isinstance(data, list) and data and isinstance(data[0], dict) else {}


def worlds_of(card: Card) -> list[dict[str, Any]]:
    """The worlds whose clips weights were trained on, as their card has them; none where it does not say."""
    data = card.get("data")
    sets = [each for each in data if isinstance(each, dict)] if isinstance(data, list) else []
    return [each["world"] for each in sets if isinstance(each.get("world"), dict)]


def latents_of(codec: Card) -> str:
    """The hash of the codec that made the latents which this one, by its card, reads and writes.

    It is another codec than itself where only its decoder was trained further.
    """
    return codec.get("latents") or codec["sha256"]


def settings_from(settings_type: type[Settings], values: object, *, source: Path) -> Settings:
    """The frozen dataclass that a card's ``settings`` describe.

    Raises: UserError for unknown, missing or wrongly typed settings.
    """
    if not isinstance(values, dict):
        raise UserError(f"card of {source}: settings are {type(values).__name__}, not an object — fetch it again")
    types = get_type_hints(settings_type)
    known = {field.name: field for field in fields(settings_type)}  # type: ignore[arg-type]
    for key, value in values.items():
        if key not in known:
            raise UserError(f"card of {source}: unknown setting {key!r} — of a newer version? upgrade minisora")
        plain = types[key] in (int, float, str, bool)
        if plain and type(value) is not types[key] and not (types[key] is float and type(value) is int):
            raise UserError(f"card of {source}: setting {key} is {value!r}, not {types[key].__name__} — fetch it again")
    for key, field in known.items():
        if key not in values and field.default is MISSING and field.default_factory is MISSING:
            raise UserError(f"card of {source}: setting {key!r} is missing — fetch it again")
    return settings_type(**{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()})


def check_format(path: Path) -> None:
    """Look at the first bytes and the size, which tell a safetensors file from everything else.

    Raises: UserError when it is missing, another format, or truncated.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(8)
            length = int.from_bytes(head, "little")
            if 8 + length > size:
                if head[:4] == b"PK\x03\x04" or head[:1] == b"\x80":
                    raise UserError(f"{path} is a pickle: it could run code, so it is not read — use safetensors")
                if length > 100_000_000:  # the format's limit for a header
                    raise UserError(f"{path} is not a safetensors file — name a .safetensors file")
                raise UserError(f"{path} is truncated at {size} bytes — fetch it again")
            header = from_json(file.read(length))
        ends = [entry["data_offsets"][1] for key, entry in header.items() if key != "__metadata__"]
        whole = 8 + length + max(ends, default=0)
    except FileNotFoundError as error:
        raise UserError(f"no weights at {path} — train them (minisora train) or name another file") from error
    except OSError as error:
        raise UserError(f"cannot read {path}: {reason(error)} — name another file") from error
    except (ValueError, AttributeError, LookupError, TypeError) as error:
        if isinstance(error, UserError):
            raise
        raise UserError(f"{path} is not a safetensors file — name a .safetensors file") from error
    if size != whole:
        raise UserError(f"{path} is truncated or padded: {size} bytes instead of {whole} — fetch it again")


def card_path(path: Path) -> Path:
    """The card of the weights at ``path``."""
    return path.with_suffix(".json")


def sha256(path: Path) -> str:
    """Hash of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _not_finite(tensors: Mapping[str, Tensor]) -> str | None:
    """The first tensor that holds something else than finite numbers."""
    # A sum is finite only of finite numbers, and in half precision it takes a tenth of looking at each; the sum of
    # finite ones may still be too large, so that it only acquits.
    suspects = [key for key in sorted(tensors) if not tensors[key].sum(dtype=torch.float32).isfinite()]
    return next((key for key in suspects if not tensors[key].isfinite().all()), None)


def _next_card(path: Path) -> Path:
    return path.with_suffix(".json.next")


def _finish_saving(path: Path, digest: str) -> Card:
    """The card that waits for exactly these weights, put in its place; otherwise they are not what their card says."""
    with contextlib.suppress(UserError):
        card = _read_card(_next_card(path), needed_by=path)
        if card.get("sha256") == digest:
            with contextlib.suppress(OSError):  # a read-only folder: the waiting card serves as it is
                _next_card(path).replace(card_path(path))
            return card
    raise UserError(f"{path} was changed or damaged: its sha256 is {digest[:12]}…, not the card's — fetch it again")


def _read_card(path: Path, *, needed_by: Path) -> Card:
    try:
        card = from_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{needed_by} needs its card {path.name} beside it ({reason(error)}) — fetch both") from error
    except ValueError as error:
        raise UserError(f"{path} is no card: {_one_line(error)} — fetch it again") from error
    if not isinstance(card, dict):
        raise UserError(f"{path} is no card: it holds {type(card).__name__}, not an object — fetch it again")
    return card


def _identity(card: Card) -> str:
    return json.dumps({key: card.get(key) for key in IDENTITY}, sort_keys=True)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:120]
