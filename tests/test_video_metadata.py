"""Names in a file that are no text do not keep its pictures from being read."""

from __future__ import annotations

from pathlib import Path

import torch

from minisora.video import read_video, save_video


def test_a_brand_that_is_no_text(tmp_path: Path) -> None:
    path = save_video(torch.zeros(3, 5, 16, 16), tmp_path / "clip.mp4")
    content = path.read_bytes()
    assert b"mp41" in content[:40]
    path.write_bytes(content.replace(b"mp41", b"mp4\xf8", 1))
    assert read_video(path).shape[1] == 5
