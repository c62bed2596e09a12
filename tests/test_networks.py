"""Networks and their device; what belongs together is tested with the pipeline that is loaded."""

from __future__ import annotations

import pytest

from minisora.errors import UserError
from minisora.networks import pick_device


def test_devices() -> None:
    assert pick_device("cpu").type == "cpu"
    assert pick_device().type in ("cpu", "cuda")  # never MPS by itself
    for name in ("gpu", "cuda:99", "teapot"):
        with pytest.raises(UserError, match="is not there — try cpu"):
            pick_device(name)
