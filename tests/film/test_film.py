"""Films of tiny networks: lengths, joins, takes, what is kept, sound, signatures, and the commands."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from minisora.camera import filmed
from minisora.film import cards, make_film, parse_script
from minisora.film import takes as judging
from minisora.film.joins import joined
from minisora.film.lettering import line, unknown_letters
from minisora.film.script import DISSOLVE, Script, Shot
from minisora.film.shots import from_levels, key_of_shot, to_levels
from minisora.film.sounds import JINGLE, hits_in
from minisora.film.takes import best_take, check
from minisora.pipeline import Pipeline
from minisora.provenance import make_test_key, verify
from minisora.video import RATE, read_sound, read_video, to_uint8
from minisora.worlds.render import render
from minisora.worlds.scene import Scene, SceneObject
from tests.conftest import planned
from tests.terminal import Terminal

BOARD = """
title: A film
author: Ada
characters: {hero: a small red circle}
shots:
- "{hero} moves right"
- say: "{hero} bounces"
  join: continue
  seconds: 1
- say: "{hero} spins"
  join: dissolve
  seconds: 1.5
  camera: pans left
"""


@pytest.fixture(scope="module")
def pipeline(weights: Path) -> Pipeline:
    return Pipeline.load(weights, device="cpu")


def drawn(motion: Any = "right", colour: Any = "red", shape: Any = "circle") -> Tensor:
    thing = SceneObject(shape, colour, "small", motion, x=0.3 if motion == "left" else -0.3, speed=0.2)
    return render([Scene((thing,))], frames=17, height=64, width=64)[0]


def test_it_is_as_long_as_its_script_says_and_shots_go_on(pipeline: Pipeline) -> None:
    script = parse_script(BOARD)
    film = make_film(pipeline, script)
    assert film.frames.shape == (3, round(script.seconds * 8), 64, 64) and film.seconds == script.seconds == 8.5
    assert [clip.shape[1] for clip in film.shots] == [17, 1 + 8 + 4, 13]  # one picture more, and half a second
    assert film.shots[2].shape[3] == 80  # what the camera needs
    assert torch.equal(film.shots[1][:, 0], film.shots[0][:, 16])
    # Shot 2 begins with the picture after the last one that shot 1 shows.
    begin = round(script.starts[1] * 8)
    assert torch.equal(film.frames[:, begin], film.shots[0][:, 16])
    assert torch.equal(film.frames[:, begin : begin + 8], film.shots[1][:, :8])
    # In a dissolve both are seen, and both go on.
    start = round(script.starts[2] * 8)
    shown = filmed(film.shots[2], "pans left", (64, 64))
    mixed = film.shots[1][:, 8] * 0.8 + shown[:, 0] * 0.2
    assert torch.allclose(film.frames[:, start], mixed, atol=1e-5)
    assert film.track is not None and len(film.track) == round(film.seconds * RATE)
    assert make_film(pipeline, replace(script, sound=False)).track is None


def test_a_film_comes_out_of_the_dark_and_goes_into_it(pipeline: Pipeline) -> None:
    script = parse_script(BOARD)
    light = make_film(pipeline, script).frames.mean((0, 2, 3))
    assert light[0] < light[8] and light[-1] < light[-8]
    bare = Script((Shot("x", "x", "a red circle spins"),))
    clip = torch.zeros(3, 17, 64, 64)
    assert torch.equal(joined(bare, [clip], (64, 64), 8.0), clip[:, :16])


def test_what_is_kept_is_not_made_again(pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = parse_script(BOARD)
    first = make_film(pipeline, script, keep=tmp_path)
    calls: list[str] = []
    generate = Pipeline.generate

    def counted(self: Pipeline, prompt: Any, **more: Any) -> Any:
        calls.append(prompt)
        return generate(self, prompt, **more)

    monkeypatch.setattr(Pipeline, "generate", counted)
    again = make_film(pipeline, script, keep=tmp_path)
    assert calls == [] and again.made == 0 and first.made == 3
    assert torch.equal(again.frames, first.frames) and again.checks == first.checks
    # Another pan is no other clip; another title neither; another sentence is, and nothing else is made.
    panned = replace(script.shots[2], camera="pans right")
    assert make_film(pipeline, replace(script, title="B", shots=(*script.shots[:2], panned)), keep=tmp_path).made == 0
    other = parse_script(BOARD.replace("{hero} spins", "{hero} shrinks"))
    assert make_film(pipeline, other, keep=tmp_path).made == 1 and len(calls) == 1
    # A shot that goes on from another is made again with it; what is damaged is made again.
    calls.clear()
    assert make_film(pipeline, parse_script(BOARD.replace("moves right", "moves up")), keep=tmp_path).made == 2
    for path in tmp_path.glob("*.safetensors"):
        path.write_bytes(path.read_bytes()[:40])
    assert make_film(pipeline, script, keep=tmp_path).made == 3


def test_ctrl_c_loses_only_the_shot_that_was_made(pipeline: Pipeline, tmp_path: Path) -> None:
    def stop(progress: Any) -> None:
        if progress.shot == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_film(pipeline, parse_script(BOARD), keep=tmp_path, progress=stop)
    assert make_film(pipeline, parse_script(BOARD), keep=tmp_path).made == 1


def test_other_weights_make_other_shots(pipeline: Pipeline, tmp_path: Path) -> None:
    script = Script((Shot("x", "x", "a red circle spins"),))
    assert make_film(pipeline, script, keep=tmp_path).made == 1
    assert make_film(pipeline, script, keep=tmp_path, steps=2).made == 1
    other = Pipeline(pipeline.codec, pipeline.dit, pipeline.tokenizer, sampling=pipeline.sampling, device="cpu")
    assert other.card == {}
    assert make_film(other, script, keep=tmp_path).made == 1 and make_film(other, script, keep=tmp_path).made == 1
    assert make_film(other, script).origin is None


def test_pace_and_path_reach_the_plan(pipeline: Pipeline) -> None:
    more = planned(pipeline)
    shot = Shot("x", "x", "a red circle moves right")
    usual = make_film(more, Script((shot,))).frames
    for change in ({"pace": 2.0}, {"path": ((0.2, 0.2), (0.8, 0.8))}):
        assert not torch.equal(make_film(more, Script((replace(shot, **change),))).frames, usual)  # type: ignore[arg-type]


def test_the_judge_picks_the_best_take() -> None:
    shot = Shot("", "", "a small red circle moves right on a black background", takes=4)
    made: list[int] = []
    takes = {0: drawn("left", "blue"), 1: drawn("left"), 2: drawn(), 3: drawn("up")}

    def make(seed: int) -> Tensor:
        made.append(seed)
        return takes[seed]

    clip, found = best_take(shot, make, fps=8)
    assert clip is takes[2] and found.everything and (found.take, found.takes) == (3, 3)
    assert made == [0, 1, 2], "everything is right: no further take"
    clip, found = best_take(replace(shot, takes=2), make, fps=8)
    assert clip is takes[1] and found.wrong == ["motion", "binding"] and (found.take, found.takes) == (2, 2)
    assert str(found) == "wrong: motion, binding (take 2 of 2)"
    made.clear()
    _, found = best_take(replace(shot, takes=1, seed=2), make, fps=8)
    assert made == [2] and str(found) == "everything is right"


def test_along_a_path_the_words_of_motion_are_not_asked_for() -> None:
    shot = Shot("", "", "a small red circle moves right")
    assert not check(drawn("up"), shot, fps=8).right["motion"]
    assert check(drawn("up"), replace(shot, path=((0, 0), (1, 1))), fps=8).everything
    assert not check(drawn("up", "blue"), replace(shot, path=((0, 0), (1, 1))), fps=8).right["colour"]
    short = check(drawn()[:, :5], shot, fps=8)
    assert not short.everything and "at least 9 frames" in str(short)
    assert set(judging.ASKED) == set(short.right)


def test_levels_come_back_as_they_were() -> None:
    levels = torch.arange(256, dtype=torch.uint8).reshape(1, 1, 16, 16).expand(3, 1, 16, 16)
    assert torch.equal(to_levels(from_levels(levels)), levels)


def test_letters_can_be_told_apart_and_read_on_a_card() -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789БГДЖЗИЙЛПУФЦЧШЩЪЫЬЭЮЯЁÄÖÜÇŞĞİƏ.,:!?'-"
    shapes = {letter: line(letter) for letter in alphabet}
    assert (
        len({(each.shape, each.tobytes()) for each in shapes.values()}) == len(alphabet) - 1
    )  # S and 5? no: see below
    assert unknown_letters(alphabet) == [] and unknown_letters("a漢") == ["漢"]
    assert np.array_equal(line("größe"), line("GRÖSSE"))
    size = (64, 64)
    for title, scale in (("The chase", 2), ("Something that is rather long", 1)):
        card = cards.title_card(title, size, frames=16, fps=8)
        assert card.shape == (3, 16, 64, 64) and card.min() >= -1 and card.max() <= 1
        picture = to_uint8(card)[8]
        ink = np.abs(picture.astype(int) - [255, 209, 64]).max(-1) < 3
        # Each word is found, pixel by pixel, where it was drawn.
        for word in title.split():
            letters = line(word).repeat(scale, 0).repeat(scale, 1)
            tall, wide = letters.shape
            places = [
                (top, left)
                for top in range(64 - tall + 1)
                for left in range(64 - wide + 1)
                if np.array_equal(ink[top : top + tall, left : left + wide], letters)
            ]
            assert len(places) == 1, word


def test_cards_fade() -> None:
    card = cards.credits_card(["one", "two"], (48, 80), frames=16, fps=8)
    brightest = card.amax((0, 2, 3))
    assert (brightest[:4].diff() > 0).all() and (brightest[-4:].diff() < 0).all() and brightest[8] == 1
    assert brightest[0] < -0.5 and brightest[-1] < -0.5


def test_what_hits_the_floor_is_heard_in_time() -> None:
    thing = SceneObject("circle", "red", "medium", "bounces", y=0.3, speed=1.0)
    clip = render([Scene((thing,))], frames=17, height=64, width=64)[0]
    shot = Shot("", "", "a red circle bounces")
    script = Script((shot, shot), title="x")
    heard = hits_in(script, [clip, clip], fps=8)
    notes, hits = heard[: len(JINGLE)], heard[len(JINGLE) :]
    assert [(hit.time, hit.size) for hit in notes] == list(JINGLE)
    assert len(hits) >= 2 and len(hits) % 2 == 0
    half = len(hits) // 2
    assert [hit.time + 2 for hit in hits[:half]] == pytest.approx([hit.time for hit in hits[half:]])
    assert all(2 <= hit.time < 4 for hit in hits[:half])
    assert hits_in(Script((shot,)), [clip[:, :5]], fps=8) == []  # too short to be read


def test_files_have_sound_and_a_signature(pipeline: Pipeline, tmp_path: Path) -> None:
    film = make_film(pipeline, parse_script(BOARD))
    make_test_key(tmp_path / "keys")
    path = film.save(tmp_path / "film.mp4", sign=tmp_path / "keys")
    assert read_video(path).shape[1] == film.frames.shape[1]
    sound = read_sound(path)
    assert sound is not None and abs(len(sound) / RATE - film.seconds) < 0.1 and sound.abs().max() > 0.05
    report = verify(path)
    assert report.ok and report.source == "compositeWithTrainedAlgorithmicMedia" and report.prompt is None
    assert report.facts["shots"] == "3" and report.facts["seeds"] == "0 0 0"
    assert report.facts["drawn"] == "title and credits" and "computed" in report.facts["sound"]
    said = verify(film.save(tmp_path / "said.mp4", sign=tmp_path / "keys", sign_prompt=True))
    assert said.prompt is not None and "a small red circle bounces" in said.prompt
    short = make_film(pipeline, Script((Shot("", "", "a red circle spins", seconds=1.0),)))
    assert read_sound(short.save(tmp_path / "film.webm")) is not None
    assert short.save(tmp_path / "film.gif").exists()
    assert film.poster().size == (256, 256 + 8 * 4 + 12)


def test_the_commands(terminal: Terminal) -> None:
    example = terminal("film", "--example")
    assert example.code == 0
    Path("my.yaml").write_text(example.out, encoding="utf-8")
    plan = terminal("film", "my.yaml", "--dry-run")
    assert plan.code == 0 and "hero: a small red circle, in shots 1, 3, 4, 6" in plan.out and " 17.5  end" in plan.out
    assert "up to 3 takes" in plan.out and not Path("my.mp4").exists()
    Path("my.yaml").write_text(BOARD, encoding="utf-8")
    using = ("--weights", str(terminal.weights), "--device", "cpu")
    terminal("test-key", "keys")
    made = terminal("film", "my.yaml", *using, "--sign", "keys", "--takes", "2")
    assert made.code == 0, made.err
    assert made.out.split() == ["my.mp4", "my.png", "my.json"]
    assert "shot 1 of 3: a small red circle moves right — wrong:" in made.err and "(6 takes in all)" in made.err
    report = json.loads(Path("my.json").read_text(encoding="utf-8"))
    assert report["seconds"] == 8.5 and len(report["shots"]) == 3 and report["right"] == 0
    assert terminal("verify", "my.mp4").code == 0
    again = terminal("film", "my.yaml", *using, "--takes", "2")
    assert again.err.count("(was there)") == 3
    shown = terminal("gallery", ".")
    assert shown.code == 0 and "A film" in Path("index.html").read_text(encoding="utf-8")
    assert "--example > my.yaml" in terminal("film").refused()
    assert "takes 99: must be from 1 to 16" in terminal("film", "my.yaml", "--takes", "99").refused()
    assert "add --sign KEYS" in terminal("film", "my.yaml", "--sign-prompt").refused()
    Path("my.yaml").write_text("shots: [a red cirlce spins]", encoding="utf-8")
    assert terminal("film", "my.yaml").refused() == "my.yaml, line 1: unknown word 'cirlce': try 'circle'"


def test_a_dissolve_is_as_long_as_it_says() -> None:
    script = Script((Shot("", "", "a red circle spins"), Shot("", "", "a red circle spins", join="dissolve")))
    one, other = torch.full((3, 21, 16, 16), -1.0), torch.full((3, 17, 16, 16), 1.0)
    light = joined(script, [one, other], (16, 16), 8.0).mean((0, 2, 3))
    assert len(light) == 32
    between = ((light > -1) & (light < 1)).nonzero().flatten().tolist()
    assert between == list(range(16, 16 + round(DISSOLVE * 8)))


def test_a_shot_is_kept_under_all_that_it_follows_from(pipeline: Pipeline) -> None:
    def key(shot: Shot, size: tuple[int, int] = (64, 64), **more: Any) -> str:
        usual: dict[str, Any] = {"tail": 0.0, "before": "", "steps": None, "guidance": None}
        return key_of_shot(pipeline, shot, size, **{**usual, **more})

    shot = parse_script(BOARD).shots[0]
    changed = [
        replace(shot, words="a small red circle spins"),
        replace(shot, seconds=shot.seconds + 0.5),
        replace(shot, camera="zooms in"),
        replace(shot, pace=2.0),
        replace(shot, path=((0.2, 0.2), (0.8, 0.8))),
        replace(shot, seed=shot.seed + 1),
        replace(shot, takes=shot.takes + 1),
    ]
    keys = [key(shot), *map(key, changed), key(shot, (48, 80)), key(shot, steps=99)]
    keys += [key(shot, guidance=4.5), key(replace(shot, join="continue"), before="another")]
    assert len(set(keys)) == len(keys)
    assert key(shot, tail=0.5) == key(changed[1])  # what goes on behind the next shot is half a second more of it
    assert key(replace(shot, join="dissolve"), before="another") == key(shot)  # it begins anew, whatever was before
