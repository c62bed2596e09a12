"""Small networks on disk: several in one safetensors file, in 16 bits, with what they are in its metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from minisora.checkpoint import settings_from
from minisora.errors import UserError
from minisora.files import replacing
from minisora.hollow import hollow
from minisora.model import DiT, DiTConfig


def save_networks(path: Path, networks: Mapping[str, DiT]) -> None:
    """Write networks under their names."""
    tensors = {
        f"{name}.{key}": value.half().contiguous()
        for name, network in networks.items()
        for key, value in network.state_dict().items()
    }
    about = {name: asdict(network.config) for name, network in networks.items()}
    with replacing(path) as draft:
        save_file(tensors, draft, metadata={"networks": json.dumps(about)})
    path.chmod(0o644)  # safetensors would let nobody else read it


def load_networks(path: Path) -> dict[str, DiT]:
    """What :func:`save_networks` has written.

    Raises: UserError where there is no such file, or it is none of these.
    """
    if not path.exists():
        raise UserError(f"{path} is not there — it comes with a checkout of the course's repository")
    with safe_open(path, framework="pt") as file:
        about: dict[str, Any] = json.loads((file.metadata() or {}).get("networks", "{}"))
        if not about:
            raise UserError(f"{path} holds no small networks — fetch it again")
        tensors = {key: file.get_tensor(key).float() for key in file.keys()}  # noqa: SIM118
    made: dict[str, DiT] = {}
    for name, settings in about.items():
        with hollow():
            network = DiT(settings_from(DiTConfig, settings, source=path))
        own = {key.removeprefix(f"{name}."): value for key, value in tensors.items() if key.startswith(f"{name}.")}
        network.load_state_dict(own, assign=True)
        made[name] = network.eval().requires_grad_(False)
    return made


def same_weights(network: DiT, other: DiT) -> DiT:
    """``network`` with the weights of ``other``; where a student begins."""
    with torch.no_grad():
        network.load_state_dict(other.state_dict())
    return network.requires_grad_(True)
