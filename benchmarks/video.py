"""Where the time goes from a prompt to an mp4, with the weights loaded."""

from __future__ import annotations

import tempfile
from pathlib import Path

import torch

from benchmarks.timing import table, take_turns
from minisora.pipeline import Pipeline

PROMPT = "a red circle moves right and a blue square bounces"


@torch.no_grad()
def main() -> str:
    pipeline = Pipeline.load(device="cpu")
    clip = pipeline.generate(PROMPT)
    latents = pipeline.codec.encode(clip.frames[None])
    ids = pipeline.tokenizer.encode([PROMPT, ""])
    with tempfile.TemporaryDirectory() as folder:
        parts = take_turns(
            {
                "text": lambda: pipeline.dit.encode_text(ids),
                "decoding": lambda: pipeline.codec.decode(latents),
                "writing": lambda: clip.save(Path(folder) / "clip.mp4"),
                "all": lambda: pipeline.generate(PROMPT).save(Path(folder) / "clip.mp4"),
            },
            rounds=5,
        )
    whole = parts.pop("all")
    parts["sampling"] = whole - sum(parts.values())
    order = ("text", "sampling", "decoding", "writing")
    rows = [[name, f"{1e3 * parts[name]:.0f} ms", f"{100 * parts[name] / whole:.0f} %"] for name in order]
    steps = pipeline.sampling.steps
    said = f"2 s of 64x64, {steps} steps with guidance: {whole:.2f} s. Sampling is what the others leave."
    return f"{said}\n\n{table(['part', 'time', 'share'], rows)}"
