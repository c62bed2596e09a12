"""`minisora evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from minisora.errors import UserError

if TYPE_CHECKING:
    from torch import Tensor


def evaluate(
    weights: Annotated[
        Path | None, typer.Option(help="Text-to-video weights, or their folder.", show_default="the shipped ones")
    ] = None,
    codec: Annotated[Path | None, typer.Option(help="The codec's weights.", show_default="beside the others")] = None,
    device: Annotated[str | None, typer.Option(help="cpu, cuda, or mps.", show_default="CUDA, else the CPU")] = None,
    steps: Annotated[int | None, typer.Option(help="Of the sampler.", show_default="the weights'")] = None,
    guidance: Annotated[float | None, typer.Option(help="Of the sampler.", show_default="the weights'")] = None,
    prompts: Annotated[int | None, typer.Option(help="At most so many of each suite.", show_default="all")] = None,
    language: Annotated[str, typer.Option(help="Of the prompts: en, de, tr, az, or ru.")] = "en",
    sizes: Annotated[bool, typer.Option("--sizes", help="Other durations and frames instead: one object.")] = False,
    log: Annotated[Path | None, typer.Option(help="Keeps what is done; a stopped call goes on from there.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the scores to this file, as JSON.")] = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print Markdown: everything right, and every score.")
    ] = False,
) -> None:
    """Measure weights on fixed prompts and seeds: how often all is right, beside what ground truth and codec reach."""
    import json
    from dataclasses import replace
    from functools import partial

    import torch
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from minisora.checkpoint import worlds_of
    from minisora.evaluation import suite
    from minisora.evaluation.table import markdown_table, score_table, summary_table
    from minisora.files import check_writable, replacing
    from minisora.language.translation import describe, language_of
    from minisora.pipeline import Pipeline

    if prompts is not None and prompts < 1:
        raise UserError(f"prompts {prompts}: must be at least 1")
    language_of(language)
    for path in (log, out):
        if path is not None:
            check_writable(path.parent)
    pipeline = Pipeline.load(weights, codec=codec, device=device)

    def generate(captions: list[str], seeds: list[int], shape: tuple[int, int, int]) -> Tensor:
        frames, *size = shape
        asked = {"seconds": (frames - 1) / pipeline.fps, "size": tuple(size), "steps": steps, "guidance": guidance}
        clips = pipeline.generate(captions, seed=seeds, **asked)
        return torch.stack([clip.frames for clip in clips])

    def roundtrip(clips: Tensor) -> Tensor:
        return pipeline.codec.decode(pipeline.codec.encode(clips.to(pipeline.device))).cpu()

    chosen = suite.within(worlds_of(pipeline.card), suite.OTHER_SIZES if sizes else suite.SUITES)
    suites = [replace(each, scenes=min(each.scenes, prompts or each.scenes)) for each in chosen]
    with Progress(console=Console(stderr=True)) as progress:
        tasks: dict[str, TaskID] = {}

        def watch(name: str, source: str, done: int, total: int) -> None:
            line = f"{name}: {source}"
            if line not in tasks:
                tasks[line] = progress.add_task(line, total=total)
            progress.update(tasks[line], completed=done)

        maker = pipeline.maker(steps, guidance)
        label = f"{maker.card['hashes']} {steps} {guidance} {maker.sampling}"
        label += "" if language == "en" else f" {language}"
        rows = suite.evaluate(
            suites,
            generate=generate,
            roundtrip=roundtrip,
            prompt=partial(describe, language=language),
            watch=watch,
            log=log,
            label=label,
        )
    if out is not None:
        with replacing(out) as draft:
            scores = json.dumps({"weights": maker.card["hashes"], "rows": [row.to_dict() for row in rows]}, indent=1)
            draft.write_text(scores + "\n", encoding="utf-8")
    if markdown:
        print(f"{summary_table(rows)}\n\n{markdown_table(rows)}")
    else:
        Console().print(score_table(rows))
