"""A signed clip, and keys to sign with."""

from __future__ import annotations

from pathlib import Path

import pytest

from minisora.clip import Clip
from minisora.provenance import Keys, make_test_key
from tests.provenance.clips import drawn_clip, some_clip


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
    """A file of each kind, watermarked and signed, and ``other``: a signed one of another clip without a mark."""
    place = tmp_path_factory.mktemp("signed")
    marked, other = drawn_clip(0, marked=True), drawn_clip(1, marked=False)
    files = {}
    for kind in ("mp4", "png", "gif"):
        for name, clip in ((kind, marked), (f"other {kind}", other)):
            files[name] = clip.save(place / f"{name}.{kind}", sign=keys).read_bytes()
    return files
