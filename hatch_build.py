"""Puts the weights into the wheel (and not into editable installs, which find them in the checkout)."""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CarryWeights(BuildHookInterface):
    """`pip install minisora` alone is enough to make a video: data/checkpoints becomes minisora/_data/checkpoints."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard":
            build_data["force_include"]["data/checkpoints"] = "minisora/_data/checkpoints"
