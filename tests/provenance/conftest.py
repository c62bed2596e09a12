"""A signed clip, and keys to sign with."""

from __future__ import annotations

from pathlib import Path

import pytest

from minisora.clip import Clip
from minisora.provenance import Keys, make_test_key
from tests.provenance.clips import some_clip


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With key.pem, chain.pem and root.pem; not to be changed."""
    folder = tmp_path_factory.mktemp("keys") / "mine"
    make_test_key(folder)
    return folder


@pytest.fixture(scope="session")
def keys(folder: Path) -> Keys:
    return Keys.load(folder)


@pytest.fixture
def clip() -> Clip:
    return some_clip()


@pytest.fixture(scope="session")
def signed(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A signed file of each kind, and ``other``: the same of another clip."""
    place = tmp_path_factory.mktemp("signed")
    files = {}
    for kind in ("mp4", "png", "gif"):
        for name, seed in ((kind, 0), (f"other {kind}", 1)):
            files[name] = some_clip(seed).save(place / f"{seed}.{kind}", sign=keys).read_bytes()
    return files
