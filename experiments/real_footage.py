"""What does the shipped codec make of real videos? ``python experiments/real_footage.py FILE ...`` prints the PSNR."""

from __future__ import annotations

import sys

import torch

from minisora.checkpoint import shipped_folder
from minisora.evaluation.metrics import psnr
from minisora.networks import load_codec
from minisora.video import read_video


def main() -> None:
    codec, _ = load_codec(shipped_folder() / "codec.safetensors")
    for path in sys.argv[1:]:
        for size in ((64, 64), (144, 256)):
            clip = read_video(path, fps=8, size=size, frames=9)[None]
            with torch.no_grad():
                decibels = float(psnr(codec.decode(codec.encode(clip)), clip))
            print(f"{path}  9 frames of {size[0]}x{size[1]}: {decibels:.1f} dB")


if __name__ == "__main__":
    main()
