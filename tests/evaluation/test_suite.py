"""Suites with generators that are known to be right or wrong."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from functools import partial
from io import StringIO

import pytest
import torch
from rich.console import Console

from minisora.errors import UserError
from minisora.evaluation.suite import (
    DRAWN,
    KINDS,
    MODEL,
    OTHER_SIZES,
    SUITES,
    THROUGH_CODEC,
    Score,
    Suite,
    evaluate,
    within,
)
from minisora.evaluation.table import markdown_table, score_table, summary_table
from minisora.language import describe, translate
from minisora.presets import STARTER_WORLD, WORLD
from minisora.worlds.digits import DigitScene, DigitsWorld, split_indices
from minisora.worlds.drawn import canonical, draw
from minisora.worlds.scene import Scene, is_held_out

TINY = tuple(replace(suite, scenes=3) for suite in SUITES)
ONE = TINY[:1]
SIZES = tuple(replace(suite, scenes=2) for suite in OTHER_SIZES)


def perfect(captions: list[str], seeds: list[int], shape: tuple[int, int, int]) -> torch.Tensor:
    """Draws the scenes that belong to the captions."""
    scenes = {canonical(scene): scene for suite in (*TINY, *SIZES) for scene in suite.draw() if suite.shape == shape}
    frames, height, width = shape
    return draw([scenes[text] for text in captions], frames=frames, height=height, width=width)


def black(captions: list[str], seeds: list[int], shape: tuple[int, int, int]) -> torch.Tensor:
    return torch.full((len(captions), 3, *shape), -1.0)


def shapes_of(suite: Suite) -> list[Scene]:
    return [scene for scene in suite.draw() if isinstance(scene, Scene)]


def test_suites_are_fixed_and_what_their_names_say():
    seen, held_out, two = (shapes_of(suite) for suite in TINY[:3])
    assert not any(is_held_out(o) for scene in (*seen, *two) for o in scene.objects)
    assert all(is_held_out(scene.objects[0]) for scene in held_out)
    assert [len(scene.objects) for scene in (*seen, *held_out, *two)] == [1] * 6 + [2] * 3
    assert replace(SUITES[0], scenes=5).draw()[:3] == seen
    unseen = set(split_indices("test").tolist())
    assert all(isinstance(s, DigitScene) and {d.scan for d in s.objects} <= unseen for s in TINY[3].draw())
    assert [suite.scenes for suite in SUITES] == [100, 100, 50, 50]


def test_weights_are_measured_on_what_their_world_shows():
    shapes, digits, starter = (json.loads(json.dumps(asdict(w))) for w in (WORLD, DigitsWorld(), STARTER_WORLD))
    assert within([shapes, shapes, digits], SUITES) == list(SUITES)
    assert within([shapes], SUITES) == within([], SUITES) == list(SUITES[:-1])
    small = within([starter], SUITES)
    assert [suite.name for suite in small] == ["one object, seen", "one object, held out"]
    for suite in small:
        scenes = shapes_of(replace(suite, scenes=30))
        assert {scene.objects[0].motion for scene in scenes} <= set(STARTER_WORLD.motions)
        assert {scene.background for scene in scenes} <= set(STARTER_WORLD.backgrounds)
        held_out = {is_held_out(scene.objects[0]) for scene in scenes}
        assert held_out == {"held out" in suite.name}


def test_floors_stand_beside_the_model():
    calls = []
    rows = evaluate(
        TINY, generate=perfect, roundtrip=lambda clips: clips * 0.99, watch=lambda *done: calls.append(done)
    )
    assert [(row.suite, row.source) for row in rows] == [
        (suite.name, source) for suite in TINY for source in (DRAWN, THROUGH_CODEC, MODEL)
    ]
    said = [row.scores[kind] for row in rows for kind in KINDS if (row.suite, kind) != ("one digit", "size")]
    assert all(score.share == 1 and score.of == 3 for score in said)
    assert all(row.scores["size"].of == 0 for row in rows if row.suite == "one digit")
    assert all((row.psnr is not None) == (row.source == THROUGH_CODEC) for row in rows)
    assert all(row.psnr > 35 for row in rows if row.psnr is not None)
    assert calls[-1] == ("one digit", MODEL, 3, 3)
    assert json.loads(json.dumps([row.to_dict() for row in rows]))[0]["scores"]["motion"]["of"] == 3


def test_a_black_generator_scores_nothing():
    drawn, made = evaluate(ONE, generate=black)
    assert drawn.scores["everything"].share == 1
    assert made.scores["everything"].right == made.scores["count"].right == made.scores["colour"].right == 0


def test_other_sizes_are_judged_as_well_as_the_usual_one():
    rows = evaluate(SIZES, generate=perfect)
    assert {row.suite for row in rows} >= {"9 frames of 64x64", "33 frames of 64x64", "17 frames of 48x80"}
    assert all(row.scores["everything"].share == 1 for row in rows)
    for suite in SIZES:  # whose scenes fill their own duration and frame, and not those of the usual clip
        generator, lasts = torch.Generator().manual_seed(suite.seed), (suite.frames - 1) / 8
        own = suite.world.sample(1, generator=generator, duration=lasts, aspect=suite.width / suite.height)
        assert suite.draw()[0] == own[0]


def test_seeds_depend_on_the_prompt_alone():
    asked = {}

    def remember(captions: list[str], seeds: list[int], shape: tuple[int, int, int]) -> torch.Tensor:
        asked.setdefault(len(captions), []).extend(zip(captions, seeds, strict=True))
        return black(captions, seeds, shape)

    evaluate(ONE, generate=remember, batch=1)
    evaluate(ONE, generate=remember, batch=3)
    assert asked[1] == asked[3]


def test_prompts_in_another_language_are_judged_by_what_they_say():
    asked = []

    def foreign(captions: list[str], seeds: list[int], shape: tuple[int, int, int]) -> torch.Tensor:
        asked.extend(captions)
        return perfect([translate(text).english for text in captions], seeds, shape)

    rows = evaluate(TINY[:1], generate=foreign, prompt=partial(describe, language="de"))
    assert all(translate(text).language == "de" for text in asked) and len(asked) == 3
    english = evaluate(TINY[:1], generate=perfect)
    assert [row.scores for row in rows] == [row.scores for row in english]


def test_goes_on_where_it_was_stopped(tmp_path):
    log = tmp_path / "log.jsonl"

    def stop(captions: list[str], seeds: list[int], shape: tuple[int, int, int]) -> torch.Tensor:
        if seeds[0] % 1000 == 2:
            raise KeyboardInterrupt
        return perfect(captions, seeds, shape)

    with pytest.raises(KeyboardInterrupt):
        evaluate(ONE, generate=stop, batch=1, log=log, label="a")
    log.write_text(log.read_text() + '[["a", "one ob')  # killed in the middle of a line
    made = []

    def count(captions: list[str], seeds: list[int], shape: tuple[int, int, int]) -> torch.Tensor:
        made.extend(seeds)
        return perfect(captions, seeds, shape)

    rows = evaluate(ONE, generate=count, batch=1, log=log, label="a")
    assert len(made) == 1 and rows[-1].scores["everything"].right == 3
    evaluate(ONE, generate=count, batch=1, log=log, label="other weights")
    assert len(made) == 4


@pytest.mark.parametrize("line", ["", "no JSON", "[1]", "3", '[["a"], 3]', '[[["a"]], {}]', "[" * 100_000])
def test_a_log_that_is_none_is_one_line_and_stays(tmp_path, line):
    log = tmp_path / "log.jsonl"
    log.write_text(f'[["a", "one", 0], {{"flicker": 0.5}}]\n{line}\n')
    before = log.read_text()
    with pytest.raises(UserError, match=r"log.jsonl, line 2: no mark of a clip \(.+ — name another log"):
        evaluate([], log=log)
    assert log.read_text() == before


def test_tables_show_every_score():
    rows = evaluate(ONE, generate=black)
    console = Console(width=80, file=StringIO())
    console.print(score_table(rows))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "100 (44-100)" in text and "0 (0-56)" in text and DRAWN in text and MODEL in text
    assert markdown_table(rows).count("\n") == 3
    sources, _, scores = summary_table(rows).splitlines()
    assert sources == f"| prompts | {DRAWN} | {MODEL} |"
    assert scores == f"| {ONE[0].name} | 100 (44-100) | 0 (0-56) |"
    assert Score.count([True, False]).share == 0.5
