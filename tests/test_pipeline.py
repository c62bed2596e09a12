"""A prompt becomes a clip; what cannot be made is refused in one line that says how to go on."""

from __future__ import annotations

import json
import math
import shutil
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from minisora import Clip, Pipeline, diffusion
from minisora.checkpoint import card_path, save_checkpoint, trained_on
from minisora.errors import UserError
from minisora.model import DiT
from minisora.planned import sketched
from minisora.planning import Tracks
from minisora.presets import WRITER
from minisora.request import check_prompt, latent_shape
from minisora.velocities import guided
from minisora.video import read_video
from minisora.worlds.plan import Track, no_ink
from minisora.worlds.scene import SHAPES
from tests.conftest import DIT, planned

PROMPT = "a red circle moves right"


@pytest.fixture(scope="module")
def pipeline(weights: Path) -> Pipeline:
    return Pipeline.load(weights, device="cpu")


def test_a_prompt_becomes_a_clip(pipeline: Pipeline) -> None:
    clip = pipeline.generate(PROMPT)
    assert isinstance(clip, Clip)
    assert isinstance(clip, torch.Tensor)
    assert clip.shape == (3, 17, 64, 64)
    assert clip.frames.abs().max() <= 1
    assert clip.frames.isfinite().all()
    assert (clip.fps, clip.prompt, clip.seconds) == (8.0, PROMPT, 2.0)


def test_defaults_come_with_the_weights(pipeline: Pipeline) -> None:
    steps = []
    default = pipeline.generate(PROMPT, seconds=0, watch=lambda i, _: steps.append(i))
    assert steps == [1, 2, 3]
    assert torch.equal(default.frames, pipeline.generate(PROMPT, seconds=0, steps=3, guidance=2.0).frames)


def test_previews_come_with_every_step_and_change_nothing(pipeline: Pipeline) -> None:
    seen: list[torch.Tensor] = []
    watched = pipeline.generate(PROMPT, seconds=0.5, preview=seen.append)
    assert [tuple(latents.shape) for latents in seen] == [(1, 4, 2, 8, 8)] * 3
    assert torch.equal(watched.frames, pipeline.generate(PROMPT, seconds=0.5).frames)


@pytest.mark.parametrize(("seconds", "frames"), [(0, 1), (0.5, 5), (2, 17), (2.2, 17), (10, 81)])
def test_duration(pipeline: Pipeline, seconds: float, frames: int) -> None:
    assert pipeline.generate(PROMPT, seconds=seconds, size=(16, 32), steps=1).shape == (3, frames, 16, 32)


def test_same_seed_same_clip_alone_and_in_a_list(pipeline: Pipeline) -> None:
    prompts = [PROMPT, "two small blue squares", "a white star spins"]
    several = pipeline.generate(prompts, seed=5, seconds=0.5)
    assert [clip.prompt for clip in several] == prompts
    for i, prompt in enumerate(prompts):
        alone = pipeline.generate(prompt, seed=5 + i, seconds=0.5)
        torch.testing.assert_close(alone.frames, several[i].frames, atol=1e-5, rtol=0)
    chosen = pipeline.generate(prompts, seed=[7, 6, 5], seconds=0.5)
    torch.testing.assert_close(chosen[1].frames, several[1].frames, atol=1e-5, rtol=0)
    assert not torch.allclose(several[0].frames, pipeline.generate(PROMPT, seed=6, seconds=0.5).frames)
    counted = pipeline.generate([PROMPT], seed=np.int64(5), seconds=0.5)  # type: ignore[arg-type]
    torch.testing.assert_close(counted[0].frames, several[0].frames, atol=1e-5, rtol=0)
    with pytest.raises(UserError, match="1 seeds for 3 prompts"):
        pipeline.generate(prompts, seed=[5], seconds=0.5)


def test_the_size_is_that_of_the_clips_that_the_weights_were_trained_on(weights: Path, pipeline: Pipeline) -> None:
    assert pipeline.size == (64, 64)
    card = {**pipeline.card, "data": [{"height": 32, "width": 48}]}
    other = Pipeline(pipeline.codec, pipeline.dit, pipeline.tokenizer, card=card, device="cpu")
    assert other.generate(PROMPT, seconds=0, steps=1).shape == (3, 1, 32, 48)


def test_clips_are_planned_where_there_are_networks_for_it(pipeline: Pipeline) -> None:
    more = planned(pipeline)
    clip = more.generate(PROMPT, seed=3, seconds=0.5)
    several = more.generate([PROMPT, "a white star spins"], seed=3, seconds=0.5)
    torch.testing.assert_close(several[0].frames, clip.frames, atol=1e-5, rtol=0)
    more.finisher = None
    unfinished = more.generate(PROMPT, seed=3, seconds=0.5)
    assert not torch.allclose(unfinished.frames, clip.frames, atol=1e-3)
    assert not torch.allclose(unfinished.frames, pipeline.generate(PROMPT, seed=3, seconds=0.5).frames, atol=1e-3)
    torch.nn.init.zeros_(more.dit.known_in.weight)  # type: ignore[union-attr]
    deaf = more.generate(PROMPT, seed=3, seconds=0.5)  # who does not listen to the plan paints as without one
    torch.testing.assert_close(deaf.frames, pipeline.generate(PROMPT, seed=3, seconds=0.5).frames, atol=1e-4, rtol=0)


def test_a_finisher_takes_over_on_the_way(pipeline: Pipeline) -> None:
    more = planned(pipeline)
    calls = {"painter": 0, "finisher": 0}

    def count(name: str) -> None:
        calls[name] += 1

    assert more.finisher is not None
    more.dit.register_forward_hook(lambda *_: count("painter"))
    more.finisher.register_forward_hook(lambda *_: count("finisher"))
    more.sampling = replace(more.sampling, shift=1.0, hand_over=0.6)
    more.generate(PROMPT, seconds=0.5, steps=10, guidance=1)
    assert calls == {"painter": 4, "finisher": 6}  # from 1, 0.9, 0.8 and 0.7; then from 0.6 on


def test_what_the_planner_has_not_learnt_goes_without_a_plan(pipeline: Pipeline) -> None:
    more = planned(pipeline)
    more.finisher = None
    more.sampling = replace(more.sampling, plan_objects=1, plan_other_sizes=False)
    torch.testing.assert_close(
        more.generate(PROMPT, seconds=0.5).frames, pipeline.generate(PROMPT, seconds=0.5).frames, atol=1e-4, rtol=0
    )
    more.sampling = replace(more.sampling, plan_other_sizes=True)
    prompts = [PROMPT, "a white star spins and a red ring stays still", "a red blue circle"]
    clips = more.generate(prompts, seed=3, seconds=0.5)
    alone = pipeline.generate(prompts, seed=3, seconds=0.5)
    assert not torch.allclose(clips[0].frames, alone[0].frames, atol=1e-3)
    for one, other in zip(clips[1:], alone[1:], strict=True):
        torch.testing.assert_close(one.frames, other.frames, atol=1e-4, rtol=0)


def test_a_clip_from_nothing_is_planned_at_the_usual_size(pipeline: Pipeline) -> None:
    more, cells = planned(pipeline), []
    assert more.planner is not None
    more.planner.register_forward_pre_hook(lambda _, inputs: cells.append(inputs[0].shape[1]))
    more.generate(PROMPT, seconds=0.5, size=(32, 96), steps=1)
    picture = torch.randn(1, 4, 1, 4, 12)
    given = partial(diffusion.animate, first=picture)
    assert set(cells) == {2 * 4 * 4}
    cells.clear()
    more.generate(PROMPT, seconds=0.5, size=(32, 96), steps=1, given=given)  # the picture has a place in the plan
    assert set(cells) == {2 * 2 * 6}


def test_planner_writer_and_finisher_lie_beside_the_weights(pipeline: Pipeline, copy: Path) -> None:
    more, writer = planned(pipeline), DiT(WRITER)
    assert more.planner is not None and more.finisher is not None
    about = {"codec": pipeline.card["latents"]}
    for name, network in {"planner": more.planner, "writer": writer, "finisher": more.finisher}.items():
        card = {"kind": name, "settings": asdict(network.config), **about}
        save_checkpoint(copy, name, network.state_dict(), card)
    there = Pipeline.load(copy, device="cpu")
    assert there.finisher is not None
    assert there.planner is None and there.writer is None  # weights that know no plan have no use for one
    card = {**json.loads((copy / "text-to-video.json").read_text()), "settings": asdict(more.dit.config)}
    save_checkpoint(copy, "text-to-video", more.dit.state_dict(), card)
    there = Pipeline.load(copy, device="cpu")
    assert set(there.card["hashes"]) == {"codec", "text-to-video", "planner", "writer", "finisher"}
    assert there.writer is not None and torch.equal(there.writer.patch_in.weight, writer.patch_in.weight)
    torch.testing.assert_close(
        there.generate(PROMPT, seconds=0.5).frames, more.generate(PROMPT, seconds=0.5).frames, atol=1e-5, rtol=0
    )
    narrow = replace(more.planner.config, vocabulary=DIT.vocabulary - 1)
    planner = (copy / "planner.safetensors").read_bytes(), (copy / "planner.json").read_bytes()
    save_checkpoint(copy, "planner", DiT(narrow).state_dict(), {"kind": "planner", "settings": asdict(narrow), **about})
    with pytest.raises(UserError, match="knows other words than"):
        Pipeline.load(copy)
    for ending, content in zip(("safetensors", "json"), planner, strict=True):
        (copy / f"planner.{ending}").write_bytes(content)
    finisher = copy / "finisher.json"
    finisher.write_text(finisher.read_text().replace(pipeline.card["latents"], "another"))
    with pytest.raises(UserError, match=r"finisher\.safetensors was trained with another codec"):
        Pipeline.load(copy)


def test_a_student_is_taken_for_just_its_steps(pipeline: Pipeline, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minisora.pipeline.sketched", lambda plans: True)
    more = planned(pipeline)
    card = {**json.loads((copy / "text-to-video.json").read_text()), "settings": asdict(more.dit.config)}
    card["sampling"] = {**card["sampling"], "steps": 2, "guidance": 1.0}
    save_checkpoint(copy / "student", "text-to-video", more.dit.state_dict(), card)
    there = Pipeline.load(copy, device="cpu")
    there.card["hashes"]["planner"] = "of whoever plans"
    assert there.student is not None and there.student.codec is there.codec
    alone = Pipeline.load(copy / "student", codec=copy / "codec.safetensors", device="cpu")
    assert alone.student is None
    asked: dict[str, Any] = {"seconds": 0.5, "seed": 3}
    clip = there.generate(PROMPT, steps=2, **asked)
    assert torch.equal(clip.frames, frames_of(alone, **asked))
    assert clip.origin is not None
    assert clip.origin.weights == there.card["hashes"] | alone.card["hashes"] and clip.origin.guidance == 1.0
    usual = there.sampling.guidance
    assert there.maker(2, usual) is there.student
    for steps, guidance in ((None, None), (3, None), (2, usual + 1)):
        assert there.maker(steps, guidance) is there
    assert there.by_itself().student is None and there.by_itself().maker(2) is not there.student
    picture = torch.randn(1, 4, 1, 2, 4, generator=torch.Generator().manual_seed(0))
    without = Pipeline(there.codec, there.dit, there.tokenizer, sampling=there.sampling, card=there.card)
    others: list[dict[str, Any]] = [
        {"steps": 3},
        {"steps": 2, "guidance": usual + 1},
        {"steps": 2, "negative": "a blue square"},
        {"steps": 2, "size": (16, 32), "given": lambda noise: diffusion.animate(noise, picture)},  # not a whole clip
    ]
    for other in others:
        assert torch.equal(frames_of(there, **asked, **other), frames_of(without, **asked, **other))


def test_a_student_may_need_fewer_calls_and_blocks(
    pipeline: Pipeline, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more, folder = planned(pipeline), copy / "student"
    card = {**json.loads((copy / "text-to-video.json").read_text()), "settings": asdict(more.dit.config)}
    card |= {"for_steps": 2, "decoder_blocks": 0, "sampling": {**card["sampling"], "steps": 1, "guidance": 1.0}}
    save_checkpoint(folder, "text-to-video", more.dit.state_dict(), card)
    there = Pipeline.load(copy, device="cpu")
    student = there.student
    assert student is not None and there.maker(2) is student and there.maker(1) is there
    assert (len(student.codec.decoder.blocks), len(there.codec.decoder.blocks)) == (0, 1)
    calls: list[int] = []
    asked: dict[str, Any] = {"steps": 2, "seconds": 0.5, "seed": 3, "watch": lambda i, _: calls.append(i)}
    # What no plan says all of is made as if there were no student, and what one does, by the student.
    monkeypatch.setattr("minisora.pipeline.sketched", lambda plans: False)
    clip = there.generate(PROMPT, **asked)
    assert torch.equal(clip.frames, frames_of(pipeline, steps=2, seconds=0.5, seed=3)) and calls == [1, 2]
    assert clip.origin is not None and clip.origin.weights == there.card["hashes"]
    calls.clear()
    monkeypatch.setattr("minisora.pipeline.sketched", lambda plans: True)
    clip = there.generate(PROMPT, **asked)
    assert calls == [1] and torch.equal(clip.frames, frames_of(student, seconds=0.5, seed=3))
    assert clip.origin is not None and clip.origin.weights["text-to-video"] == student.card["sha256"]


def test_without_guidance_the_prompts_alone_are_answered(pipeline: Pipeline) -> None:
    ids = pipeline.tokenizer.encode([PROMPT, "a blue square"])
    x, t = torch.randn(1, 4, 3, 4, 4, generator=torch.Generator().manual_seed(0)), torch.tensor(0.8)
    as_they_are, nearly = (guided(pipeline.dit, ids, x, scale=scale, seconds=0.5)(x, t) for scale in (1, 1 + 1e-6))
    torch.testing.assert_close(as_they_are, nearly, atol=1e-4, rtol=1e-4)
    away = guided(pipeline.dit, ids.flip(0), x, scale=1, seconds=0.5)(x, t)
    assert not torch.allclose(as_they_are, away, atol=1e-3)


def test_few_steps_are_made_as_the_card_says(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minisora.pipeline.sketched", lambda plans: plans is not None and None not in plans)
    there = planned(pipeline)
    there.card = {**there.card, "quick": {"steps": 2, "guidance": 1.0, "plan_steps": 3, "plan_tries": 1}}
    assert there.quick is not None and there.quick.sampling == replace(
        there.sampling, steps=2, guidance=1.0, plan_steps=3, plan_tries=1
    )
    usual = there.sampling.guidance
    assert there.maker(2) is there.maker(2, usual) is there.quick and there.quick.dit is there.dit
    for steps, guidance in ((None, None), (3, None), (2, usual + 1)):
        assert there.maker(steps, guidance) is there
    asked: dict[str, Any] = {"seconds": 0.5, "seed": 3}
    quick, plain = there.generate(PROMPT, steps=2, **asked), planned(pipeline)
    plain.sampling = there.quick.sampling
    assert torch.equal(quick.frames, frames_of(plain, **asked))
    assert quick.origin is None or quick.origin.guidance == 1.0
    digit = "the digit 3 moves right"
    assert torch.equal(there.generate(digit, steps=2, **asked).frames, plain.generate(digit, **asked).frames)
    # Without a plan the words alone say what to paint, and count as much as they usually do.
    many = " and ".join(["a red circle moves right"] * (there.sampling.plan_objects + 1))
    unplanned = there.generate(many, steps=2, **asked)
    assert torch.equal(unplanned.frames, planned(pipeline).generate(many, steps=2, **asked).frames)
    assert planned(pipeline).quick is None
    alone = there.by_itself()
    assert alone.maker(2) is alone and alone.quick is None and there.quick is not None
    assert torch.equal(frames_of(alone, steps=2, **asked), frames_of(planned(pipeline), steps=2, **asked))


def test_of_unwritten_digits_and_of_what_has_no_plan_words_say_more_than_the_plan() -> None:
    def plan_with(*kinds: int, ink: float = 0.0) -> Tracks:
        numbers = torch.zeros(1, len(kinds), 5)
        kind = torch.tensor([kinds])
        return (Track(*[numbers] * 5, kind, kind, kind, no_ink(1, len(kinds)) + ink),) * 2  # type: ignore[return-value]

    last = len(SHAPES) - 1
    assert sketched([plan_with(0), plan_with(1, last)])
    assert not sketched([plan_with(0), plan_with(1, last + 1)])
    assert sketched([plan_with(0), plan_with(1, last + 1, ink=0.5)])
    assert not sketched([plan_with(0), None]) and not sketched(None)


def frames_of(pipeline: Pipeline, **asked: Any) -> torch.Tensor:
    return pipeline.generate(PROMPT, **asked).frames


def test_weights_of_ones_own_videos_are_not_finished_by_what_knows_drawn_clips(pipeline: Pipeline, copy: Path) -> None:
    more = planned(pipeline)
    about = {"codec": pipeline.card["latents"]}
    card = {**json.loads((copy / "text-to-video.json").read_text()), "settings": asdict(more.dit.config)}
    for name, network in {"planner": more.planner, "finisher": more.finisher}.items():
        assert network is not None
        kind = {"kind": name, "settings": asdict(network.config), **about}
        save_checkpoint(copy, name, network.state_dict(), kind)
    for own in (False, True):
        data = [{**trained_on(card), **({"videos": "mine"} if own else {})}]
        save_checkpoint(copy, "text-to-video", more.dit.state_dict(), {**card, "data": data})
        there = Pipeline.load(copy, device="cpu")
        assert (there.planner is None, there.finisher is None) == (own, own)
        assert ("finisher" in there.card["hashes"]) != own


def test_what_is_given_comes_out_as_it_went_in(pipeline: Pipeline) -> None:
    picture = torch.randn(1, 4, 1, 2, 4, generator=torch.Generator().manual_seed(0))
    for each in (pipeline, planned(pipeline)):
        seen: list[torch.Tensor] = []
        prompts = [PROMPT, "a white star spins"]
        each.generate(
            prompts,
            seconds=1,
            size=(16, 32),
            given=lambda noise: diffusion.animate(noise, picture),
            watch=lambda _, x, seen=seen: seen.append(x),
        )
        assert torch.equal(seen[-1][:, :, :1], picture.expand(2, -1, -1, -1, -1))
        with pytest.raises(UserError, match="everything is given: nothing is left to generate"):
            each.generate(PROMPT, given=lambda noise: diffusion.Given(noise, 0 * noise[:, :1]), seconds=0)
        with pytest.raises(UserError, match=r"latents \(1, 4, 1, 8, 4\) given for a clip of \(1, 4, 1, 8, 8\)"):
            each.generate(PROMPT, given=lambda noise: diffusion.text_to_video(noise[..., :4]), seconds=0)


def test_guidance_steers_away_from_the_negative_prompt(pipeline: Pipeline) -> None:
    for each in (pipeline, planned(pipeline)):
        usual = each.generate(PROMPT, seconds=0.5)
        assert torch.equal(usual.frames, each.generate(PROMPT, seconds=0.5, negative="").frames)
        assert not torch.allclose(usual.frames, each.generate(PROMPT, seconds=0.5, negative="blue").frames, atol=1e-4)
    # Away from the prompt itself there is no way: it is the same with any guidance.
    weak, strong = (pipeline.generate(PROMPT, seconds=0, negative=PROMPT, guidance=scale) for scale in (2.0, 5.0))
    torch.testing.assert_close(weak.frames, strong.frames, atol=1e-4, rtol=0)
    with pytest.raises(UserError, match="unknown word 'bleu'"):
        pipeline.generate(PROMPT, negative="bleu")
    with pytest.raises(UserError, match="guidance 1 steers nowhere"):
        pipeline.generate(PROMPT, negative="blue", guidance=1)


def test_more_prompts_than_are_made_at_once(pipeline: Pipeline) -> None:
    clips = pipeline.generate([PROMPT] * 18, seconds=0, size=(16, 16), steps=1)
    assert len(clips) == 18
    assert pipeline.generate([], seconds=0) == []


def test_generator_is_used_and_moves_on(pipeline: Pipeline) -> None:
    generator = torch.Generator().manual_seed(7)
    first, second = (pipeline.generate(PROMPT, seconds=0, generator=generator).frames for _ in range(2))
    assert not torch.equal(first, second)
    assert torch.equal(first, pipeline.generate(PROMPT, seconds=0, seed=7).frames)


def test_prompt_and_guidance_matter(pipeline: Pipeline) -> None:
    one, other = (pipeline.generate(prompt, seconds=0).frames for prompt in (PROMPT, "a blue star"))
    assert not torch.equal(one, other)
    plain = pipeline.generate(PROMPT, seconds=0, guidance=1.0).frames
    assert not torch.equal(one, plain)
    without = [pipeline.generate(prompt, seconds=0, guidance=0.0).frames for prompt in (PROMPT, "a blue star")]
    torch.testing.assert_close(without[0], without[1], atol=1e-5, rtol=0)


def test_pieces_decode_as_one(pipeline: Pipeline) -> None:
    latents = torch.randn(1, 4, 21, 2, 2, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(pipeline._decode(latents), pipeline.codec.decode(latents), atol=1e-5, rtol=0)


def test_nothing_global_changes(pipeline: Pipeline) -> None:
    torch.manual_seed(3)
    before = torch.random.get_rng_state()
    pipeline.generate(PROMPT, seconds=0)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert not pipeline.dit.training
    assert not any(p.requires_grad for p in pipeline.dit.parameters())


def test_clip_computes_as_a_tensor_and_shows_itself(pipeline: Pipeline, tmp_path: Path) -> None:
    clip = pipeline.generate('a "red" circle & a square'.replace("&", "and"), seconds=0.5)
    assert type(clip + 1) is torch.Tensor
    assert type(clip.frames) is torch.Tensor
    assert repr(clip) == "Clip('a \"red\" circle and a square', 5 frames of 64x64, 8 fps)"
    page = clip._repr_html_()
    assert page.startswith('<img src="data:image/gif;base64,R0lGOD')
    assert 'alt="0.5 s of video: a &quot;red&quot; circle and a square"' in page
    assert read_video(clip.save(tmp_path / "clip.mp4")).shape == (3, 5, 256, 256)
    assert clip.filmstrip(columns=5).size == (5 * 64 + 4 * 2, 64)


BAD_REQUESTS = [
    ({"prompt": ""}, "empty prompt: say what to show"),
    ({"prompt": " ... !"}, "empty prompt"),
    ({"prompt": "red " * 10_000}, "prompt of 10000 words: at most 64 — say it in fewer"),
    ({"prompt": "a rde circle"}, "unknown word 'rde': try 'red'"),
    ({"prompt": "a " + "x" * 5000}, "unknown word 'xxx"),
    ({"prompt": "ein rotes \N{SNOWMAN}"}, "German: unknown word '☃'"),
    ({"size": (60, 64)}, "size 60x64: height and width must be multiples of 16 — try 64x64"),
    ({"size": (0, 64)}, "size 0x64: height and width must be from 16 to 512"),
    ({"size": (-64, 64)}, "size -64x64"),
    ({"size": (10**9, 64)}, "size 1000000000x64"),
    ({"size": (64,)}, "size 64: height and width"),
    ({"seconds": -1}, "duration -1 seconds: must be from 0 to 60 — try 2"),
    ({"seconds": 1e9}, "duration 1e\\+09 seconds"),
    ({"seconds": math.nan}, "duration nan seconds"),
    ({"seconds": math.inf}, "duration inf seconds"),
    ({"seconds": 60, "size": (512, 512)}, "60 s of 512x512: 123904 tokens, at most 16384 — try shorter or smaller"),
    ({"steps": 0}, "steps 0: must be from 1 to 1000 — try 20"),
    ({"steps": 10**9}, "steps 1e\\+09"),
    ({"guidance": -1}, "guidance -1: must be from 0 to 30 — try 4"),
    ({"guidance": math.nan}, "guidance nan"),
]


@pytest.mark.parametrize(("change", "message"), BAD_REQUESTS)
def test_bad_requests(pipeline: Pipeline, change: dict[str, object], message: str) -> None:
    with pytest.raises(UserError, match=message) as caught:
        pipeline.generate(**{"prompt": PROMPT, **change})  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250


@given(st.text(max_size=200))
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        words = check_prompt(text, most=64)
    except UserError as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert words == check_prompt(words, most=1000)


@given(st.floats(0, 60), st.integers(1, 32), st.integers(1, 32))
def test_whatever_is_accepted_can_be_decoded(seconds: float, rows: int, columns: int) -> None:
    try:
        frames, height, width = latent_shape(seconds, (rows * 16, columns * 16), fps=8, temporal=4, spatial=8, patch=2)
    except UserError as error:
        assert "tokens" in str(error)
    else:
        assert abs((frames - 1) * 4 / 8 - seconds) <= 0.25
        assert (height, width) == (rows * 2, columns * 2)


@pytest.fixture
def copy(weights: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(weights, tmp_path / "copy"))


def refused(folder: Path, message: str) -> None:
    with pytest.raises(UserError, match=message) as caught:
        Pipeline.load(folder, device="cpu")
    assert "\n" not in str(caught.value)


def test_weights_may_be_named_or_lie_in_a_folder(weights: Path, copy: Path) -> None:
    (copy / "codec.safetensors").rename(copy / "other.safetensors")
    (copy / "codec.json").rename(copy / "other.json")
    loaded = Pipeline.load(copy / "text-to-video.safetensors", codec=copy / "other.safetensors", device="cpu")
    expected = Pipeline.load(weights, device="cpu").generate(PROMPT, seconds=0)
    assert torch.equal(loaded.generate(PROMPT, seconds=0).frames, expected.frames)


def test_missing_weights(tmp_path: Path, copy: Path) -> None:
    refused(tmp_path / "nowhere" / "text-to-video.safetensors", "no weights at|was trained with another codec")
    (copy / "text-to-video.safetensors").unlink()
    refused(copy, "no weights at .*text-to-video.safetensors — train them")


def test_tampered_weights(copy: Path) -> None:
    path = copy / "codec.safetensors"
    content = bytearray(path.read_bytes())
    content[-3] ^= 255
    path.write_bytes(content)
    refused(copy, "codec.safetensors was changed or damaged")


def test_codec_and_transformer_swapped(copy: Path) -> None:
    for ending in ("safetensors", "json"):
        (copy / f"codec.{ending}").replace(copy / f"text-to-video.{ending}")
        shutil.copy(copy / f"text-to-video.{ending}", copy / f"codec.{ending}")
    refused(copy, "holds weights of kind 'codec', 'text-to-video' is needed")


def test_wrong_preset(copy: Path) -> None:
    wide = replace(DIT, width=48)
    card = json.loads(card_path(copy / "text-to-video.safetensors").read_text())
    save_checkpoint(copy, "text-to-video", DiT(DIT).state_dict(), {**card, "settings": asdict(wide)})
    refused(copy, r"has \(.*\) for .*, the model needs \(.*\)")


def test_another_codec(copy: Path) -> None:
    card = json.loads(card_path(copy / "text-to-video.safetensors").read_text())
    save_checkpoint(copy, "text-to-video", DiT(DIT).state_dict(), {**card, "codec": "0" * 64})
    refused(copy, "was trained with another codec")


def test_words_of_a_newer_version(copy: Path) -> None:
    more = replace(DIT, vocabulary=DIT.vocabulary + 1000)
    card = json.loads(card_path(copy / "text-to-video.safetensors").read_text())
    save_checkpoint(copy, "text-to-video", DiT(more).state_dict(), {**card, "settings": asdict(more)})
    refused(copy, "upgrade minisora")


@pytest.mark.parametrize("settings", [{"steps": "many"}, {"speed": 3}, [1]])
def test_broken_sampling_settings(copy: Path, settings: object) -> None:
    card = json.loads(card_path(copy / "text-to-video.safetensors").read_text())
    card_path(copy / "text-to-video.safetensors").write_text(json.dumps({**card, "sampling": settings}))
    refused(copy, "card of .*setting")


@pytest.mark.parametrize("network", ["transformer", "codec"])
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_numbers_that_are_not_finite_make_no_clip(weights: Path, network: str, bad: float) -> None:
    broken = Pipeline.load(weights, device="cpu")
    head = broken.dit.patch_out if network == "transformer" else broken.codec.decoder.linear
    head.register_forward_hook(lambda module, inputs, output: output * 0 + bad * (output > output.mean()))
    with pytest.raises(UserError, match=f"the {network} gives numbers that are not finite — try ") as caught:
        broken.generate([PROMPT, PROMPT], seconds=0)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("network", ["dit", "codec"])
@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float64])
def test_networks_in_another_precision_are_named(weights: Path, network: str, kind: torch.dtype) -> None:
    other = Pipeline.load(weights, device="cpu")
    getattr(other, network).to(kind)
    with pytest.raises(UserError, match=rf"weights in {str(kind)[6:]}: clips are made in float32 — call .float\(\)"):
        other.generate(PROMPT, seconds=0)
