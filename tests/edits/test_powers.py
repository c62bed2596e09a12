"""What is given comes out as it went in, with a planner and without; the rest is generated, and can be counted on."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from minisora import Pipeline, edits
from minisora.edits.latents import as_beginning, as_ending, encode
from minisora.edits.steady import steadied
from minisora.errors import UserError
from minisora.model.known import given_latents
from tests.edits.conftest import PROMPT, Seen, moving

CLIP = moving()


def counted_through(seen: Seen, calls: int) -> None:
    """Three steps a call, counted from 1 to the number that was said from the beginning."""
    assert len(seen.calls) == calls
    assert seen.counted == [(i, 3 * calls) for i in range(1, 3 * calls + 1)]


def test_a_picture_is_the_first_latent_frame(pipeline: Pipeline, seen: Seen) -> None:
    clip = edits.animate(pipeline, CLIP[:, 4], PROMPT, **seen.settings())  # type: ignore[arg-type]
    assert clip.shape == (3, 17, 32, 48) and (clip.prompt, clip.fps) == (PROMPT, 8)
    counted_through(seen, 1)
    first = encode(pipeline, CLIP[:, 4:5])
    assert torch.equal(seen.calls[0][:, :, :1], first)
    again = edits.animate(pipeline, CLIP[:, 4], PROMPT, tell=seen.told.append)
    assert torch.equal(clip.frames, again.frames)
    other = edits.animate(pipeline, CLIP[:, 4], PROMPT, seed=1, tell=seen.told.append)
    assert not torch.allclose(clip.frames[:, 8:], other.frames[:, 8:], atol=1e-3)
    torch.testing.assert_close(clip.frames[:, 0], pipeline.codec.decode(first)[0, :, 0], atol=1e-5, rtol=0)


def test_the_plan_knows_what_is_given(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = edits.animate(pipeline, CLIP[:, 4], PROMPT)
    monkeypatch.setattr("minisora.planned.given_latents", lambda *given: 0 * given_latents(*given))
    blind = edits.animate(pipeline, CLIP[:, 4], PROMPT)
    assert torch.allclose(clip.frames, blind.frames, atol=1e-6) == (pipeline.planner is None)


def test_a_clip_goes_on(pipeline: Pipeline, seen: Seen) -> None:
    longer = edits.extend(pipeline, CLIP, PROMPT, 2.5, **seen.settings())  # type: ignore[arg-type]
    assert longer.shape == (3, 17 + 20, 32, 48)
    assert torch.equal(longer.frames[:, :17], CLIP)
    counted_through(seen, 3)  # windows of two seconds, one of them given
    assert torch.equal(seen.calls[0][:, :, :3], as_beginning(pipeline, CLIP, 3))
    assert torch.equal(seen.calls[1][:, :, :3], as_beginning(pipeline, longer.frames[:, :25], 3))
    assert [x.shape[2] for x in seen.calls] == [5, 5, 4]


def test_three_beginnings_of_one_ending(pipeline: Pipeline, seen: Seen) -> None:
    made = [
        edits.extend(pipeline, CLIP, PROMPT, 0, before=1.0, seed=seed, **seen.settings())  # type: ignore[arg-type]
        for seed in (0, 1, 2)
    ]
    for clip, latents in zip(made, seen.calls, strict=True):
        assert clip.shape == (3, 8 + 17, 32, 48)
        assert torch.equal(clip.frames[:, 8:], CLIP)
        assert torch.equal(latents[:, :, -2:], as_ending(pipeline, CLIP, 2))
    for a, b in ((0, 1), (0, 2), (1, 2)):
        assert not torch.allclose(made[a].frames[:, :8], made[b].frames[:, :8], atol=1e-3)


def test_both_ways_and_from_one_picture(pipeline: Pipeline, seen: Seen) -> None:
    both = edits.extend(pipeline, CLIP[:, :1], PROMPT, 1.0, before=0.5, context=0, **seen.settings())  # type: ignore[arg-type]
    assert both.shape[1] == 4 + 1 + 8 and torch.equal(both.frames[:, 4:5], CLIP[:, :1])
    counted_through(seen, 2)
    assert torch.equal(seen.calls[1][:, :, :1], encode(pipeline, CLIP[:, :1]))


def test_one_clip_becomes_another(pipeline: Pipeline, seen: Seen) -> None:
    last = moving(9, seed=1)
    clip = edits.connect(pipeline, CLIP, last, PROMPT, 1.0, **seen.settings())  # type: ignore[arg-type]
    assert clip.shape[1] == 17 + 8 + 9
    assert torch.equal(clip.frames[:, :17], CLIP) and torch.equal(clip.frames[:, -9:], last)
    (latents,) = seen.calls
    assert latents.shape[2] == 5
    assert torch.equal(latents[:, :, :2], as_beginning(pipeline, CLIP, 2))
    assert torch.equal(latents[:, :, -1:], as_ending(pipeline, last, 1))
    decoded = pipeline.codec.decode(latents)[0]
    torch.testing.assert_close(clip.frames[:, 17:25], decoded[:, 5:13], atol=1e-5, rtol=0)


def test_a_loop_is_connected_with_itself(pipeline: Pipeline, seen: Seen) -> None:
    clip = edits.loop(pipeline, PROMPT, size=(32, 48), **seen.settings())  # type: ignore[arg-type]
    assert clip.shape == (3, 17, 32, 48)
    counted_through(seen, 2)
    opening, back = pipeline.generate(PROMPT, seconds=1, size=(32, 48)).frames, seen.calls[1]
    assert torch.equal(back[:, :, :2], as_beginning(pipeline, opening, 2))
    assert torch.equal(back[:, :, -1:], as_ending(pipeline, opening, 1))
    decoded = pipeline.codec.decode(back)[0]
    share = torch.tensor([0.2, 0.4, 0.6, 0.8])[:, None, None]
    begins = (1 - share) * decoded[:, 13:] + share * opening[:, :4]
    ends = (1 - share) * opening[:, 5:] + share * decoded[:, 1:5]
    ring = torch.cat([begins, opening[:, 4:5], ends, decoded[:, 5:13]], dim=1)
    torch.testing.assert_close(clip.frames.as_subclass(Tensor), steadied(ring), atol=1e-5, rtol=0)
    mine = edits.loop(pipeline, PROMPT, clip=CLIP)
    assert mine.shape[1] == 17 + 8 and torch.equal(mine.frames[:, 4:13], CLIP[:, 4:13])


def test_key_frames_are_where_they_belong(pipeline: Pipeline, seen: Seen) -> None:
    pictures = [(1.0, CLIP[:, 8]), (0, CLIP[:, 0])]
    clip = edits.keyframes(pipeline, pictures, PROMPT, **seen.settings())  # type: ignore[arg-type]
    assert clip.shape == (3, 17, 32, 48)
    (latents,) = seen.calls
    assert torch.equal(latents[:, :, :1], encode(pipeline, CLIP[:, :1]))
    assert torch.equal(latents[:, :, 2:3], as_ending(pipeline, CLIP[:, 8:9], 1))


SHOTS = [(1.0, PROMPT), (3.0, "the red circle moves up"), (0.5, "a red circle stays still")]


def test_a_shot_goes_on_from_the_one_before(pipeline: Pipeline, seen: Seen) -> None:
    clip = edits.storyboard(pipeline, SHOTS, size=(32, 48), **seen.settings())  # type: ignore[arg-type]
    assert clip.shape[1] == 1 + 36 and "moves up" in clip.prompt
    counted_through(seen, 4)
    alone = pipeline.generate(PROMPT, seconds=1, size=(32, 48))
    torch.testing.assert_close(clip.frames[:, :9], alone.frames, atol=1e-5, rtol=0)
    # A shot of another sentence sees the last picture alone, its own second half how it moves, up to a second of it.
    assert torch.equal(seen.calls[1][:, :, :1], encode(pipeline, clip.frames[:, 8:9]))
    assert torch.equal(seen.calls[2][:, :, :3], as_beginning(pipeline, clip.frames[:, :25], 3))
    assert torch.equal(seen.calls[3][:, :, :1], encode(pipeline, clip.frames[:, 32:33]))
    more = edits.storyboard(pipeline, SHOTS, size=(32, 48), context=1.0, watch=(again := Seen()).watch)
    assert more.shape == clip.shape
    assert torch.equal(again.calls[1][:, :, :3], as_beginning(pipeline, more.frames[:, :9], 3))


def test_shots_may_be_cut(pipeline: Pipeline, seen: Seen) -> None:
    clip = edits.storyboard(pipeline, SHOTS, size=(32, 48), cut=True, **seen.settings())  # type: ignore[arg-type]
    assert clip.shape[1] == 1 + 36
    counted_through(seen, 3)
    assert not torch.equal(seen.calls[1][:, :, :1], encode(pipeline, clip.frames[:, 8:9]))


def test_outside_the_region_nothing_changes(pipeline: Pipeline, seen: Seen) -> None:
    clip = edits.edit(pipeline, CLIP, PROMPT, (3, 20, 10, 8), **seen.settings())  # type: ignore[arg-type]
    (line,) = seen.told
    assert "10x8 at top 3, left 20" in line and "16x16 at top 0, left 16" in line
    before, (after,) = encode(pipeline, CLIP), seen.calls
    hole = torch.zeros(4, 6, dtype=torch.bool)
    hole[0:2, 2:4] = True
    assert torch.equal(after[..., ~hole], before[..., ~hole])
    assert (after[..., hole] != before[..., hole]).float().mean() > 0.99
    # Pixels change as far as the decoder looks: one latent, with a single block.
    there = pipeline.codec.decode(before)[0]
    torch.testing.assert_close(clip.frames[:, :, 24:], there[:, :, 24:], atol=1e-5, rtol=0)
    assert not torch.allclose(clip.frames[:, :, :16, 16:32], there[:, :, :16, 16:32], atol=1e-2)


def test_several_regions_are_one_hole(pipeline: Pipeline, seen: Seen) -> None:
    corners = [(0, 0, 16, 16), (16, 32, 16, 16), (16, 40, 16, 8)]  # the last lies in the second
    clip = edits.edit(pipeline, CLIP, PROMPT, corners, **seen.settings())  # type: ignore[arg-type]
    assert seen.told == ["region 16x8 at top 16, left 40: becomes 16x16 at top 16, left 32 of 32x48, whole tokens"]
    before, (after,) = encode(pipeline, CLIP), seen.calls
    hole = torch.zeros(4, 6, dtype=torch.bool)
    hole[:2, :2] = hole[2:, 4:] = True
    assert torch.equal(after[..., ~hole], before[..., ~hole])
    assert (after[..., hole] != before[..., hole]).float().mean() > 0.99
    counted_through(seen, 1)
    again = edits.edit(pipeline, CLIP, PROMPT, corners[1::-1], tell=seen.told.append)
    assert torch.equal(clip.frames, again.frames)
    alone, listed = (edits.edit(pipeline, CLIP, PROMPT, one) for one in (corners[0], [corners[0]]))
    assert torch.equal(alone.frames, listed.frames)


def test_a_canvas_is_filled_around_the_clip(pipeline: Pipeline, seen: Seen) -> None:
    clip = edits.expand(pipeline, CLIP, PROMPT, (64, 80), **seen.settings())  # type: ignore[arg-type]
    assert clip.shape == (3, 17, 64, 80)
    (after,) = seen.calls
    assert torch.equal(after[..., 2:6, 2:8], encode(pipeline, CLIP))
    corner = edits.expand(pipeline, CLIP, PROMPT, (64, 80), at=(32, 0), watch=(again := Seen()).watch)
    assert corner.shape == clip.shape and torch.equal(again.calls[0][..., 4:8, 0:6], encode(pipeline, CLIP))


def test_the_less_noise_the_more_of_the_clip(pipeline: Pipeline) -> None:
    kept = pipeline.codec.decode(encode(pipeline, CLIP))[0]
    errors = [
        (edits.restyle(pipeline, CLIP, PROMPT, strength).frames - kept).square().mean().item()
        for strength in (1e-4, 0.3, 0.7)
    ]
    assert errors[0] < 1e-5 < errors[0] + 1e-4 < errors[1] < errors[2]


def test_what_is_given_by_half_is_not_planned(pipeline: Pipeline) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("the planner has no word for this")

    hooks = [] if pipeline.planner is None else [pipeline.planner.register_forward_hook(fail)]
    edits.restyle(pipeline, CLIP, PROMPT, 0.9)
    for hook in hooks:
        hook.remove()


def test_frames_that_fill_no_latent_are_left_out(plain: Pipeline, seen: Seen) -> None:
    clip = edits.restyle(plain, CLIP[:, :12], PROMPT, **seen.settings())  # type: ignore[arg-type]
    assert clip.shape[1] == 9 and "the last 3 are left out" in seen.told[0]
    assert edits.edit(plain, CLIP[:, 0], PROMPT, (0, 0, 16, 16)).shape[1] == 1  # a picture is a clip of one frame


def refused(message: str, power: Any, *arguments: Any, **options: Any) -> None:
    with pytest.raises(UserError, match=message) as caught:
        power(*arguments, tell=lambda line: None, **options)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 250


def bad_requests(p: Pipeline) -> list[tuple[str, Any, tuple[Any, ...], dict[str, Any]]]:
    picture, small = CLIP[:, 0], moving(height=16, width=16)
    return [
        ("unknown word 'rde'", edits.animate, (p, picture, "a rde circle"), {}),
        ("0 latent frames|nothing is left to generate", edits.animate, (p, picture, PROMPT, 0), {}),
        ("duration 61 seconds", edits.animate, (p, picture, PROMPT, 61), {}),
        ("size 20x20: .* multiples of 16", edits.animate, (p, picture, PROMPT), {"size": (20, 20)}),
        ("picture at 9 s: clip ends after 2.125 s", edits.animate, (p, CLIP, PROMPT), {"at": 9}),
        ("picture at -1 seconds", edits.animate, (p, CLIP, PROMPT), {"at": -1}),
        ("it must be 3 t h w", edits.animate, (p, picture[:2], PROMPT), {}),
        ("numbers from -1.* to .*: they must be", edits.animate, (p, 255 * picture, PROMPT), {}),
        ("steps 0", edits.animate, (p, picture, PROMPT), {"steps": 0}),
        ("seed -1", edits.animate, (p, picture, PROMPT), {"seed": -1}),
        ("nothing is left to generate — ask for 1 second", edits.extend, (p, CLIP, PROMPT, 0), {}),
        ("after: -1 seconds", edits.extend, (p, CLIP, PROMPT, -1), {}),
        ("before: nan seconds", edits.extend, (p, CLIP, PROMPT), {"before": float("nan")}),
        ("clips of different sizes, 32x48 and 16x16", edits.connect, (p, CLIP, small, PROMPT), {}),
        ("nothing is left to generate", edits.connect, (p, CLIP, CLIP, PROMPT, 0), {}),
        ("nothing is left to begin with — ask for 2 s", edits.loop, (p, PROMPT, 1.0), {}),
        ("way back of 0 seconds", edits.loop, (p, PROMPT), {"back": 0}),
        ("way back of nan seconds", edits.loop, (p, PROMPT), {"back": float("nan")}),
        ("context of nan seconds", edits.connect, (p, CLIP, CLIP, PROMPT), {"context": float("nan")}),
        ("no key frames", edits.keyframes, (p, [], PROMPT), {}),
        ("key frame at 3 s: must be from 0 to 2", edits.keyframes, (p, [(3, picture)], PROMPT), {}),
        ("two key frames at 1.1 s", edits.keyframes, (p, [(1, picture), (1.1, picture)], PROMPT), {}),
        ("duration 1e\\+308 seconds: must be", edits.keyframes, (p, [(1e308, picture)], PROMPT, 1e308), {}),
        ("nothing is left to generate", edits.keyframes, (p, [(0, picture)], PROMPT, 0), {}),
        ("storyboard without shots", edits.storyboard, (p, []), {}),
        ("0.1 s for .*: nothing is left to generate", edits.storyboard, (p, [(1, PROMPT), (0.1, PROMPT)]), {}),
        ("unknown word", edits.storyboard, (p, [(1, PROMPT), (1, "a rde circle")]), {}),
        ("duration 80 seconds", edits.storyboard, (p, [(40, PROMPT), (40, PROMPT)]), {}),
        ("must lie within the frame of 32x48", edits.edit, (p, CLIP, PROMPT, (0, 0, 33, 10)), {}),
        ("must lie within the frame of 32x48", edits.edit, (p, CLIP, PROMPT, (-1, 0, 16, 10)), {}),
        ("must lie within the frame of 32x48", edits.edit, (p, CLIP, PROMPT, (0, 0, 0, 10)), {}),
        ("must lie within the frame of 32x48", edits.edit, (p, CLIP, PROMPT, [(0, 0, 16, 16), (0, 40, 16, 16)]), {}),
        ("no region: nothing is to be made anew", edits.edit, (p, CLIP, PROMPT, []), {}),
        ("all of 32x48 is to be made anew", edits.edit, (p, CLIP, PROMPT, (0, 0, 32, 48)), {}),
        ("all of 32x48 is to be made", edits.edit, (p, CLIP, PROMPT, [(0, 0, 32, 20), (0, 20, 32, 28)]), {}),
        ("lies in what is cut off of 32x48", edits.edit, (p, CLIP, PROMPT, (0, 0, 5, 5)), {"size": (32, 16)}),
        ("must be larger — try 64x80", edits.expand, (p, CLIP, PROMPT, (32, 48)), {}),
        ("must be larger", edits.expand, (p, CLIP, PROMPT, (16, 96)), {}),
        ("at multiples of 16", edits.expand, (p, CLIP, PROMPT, (64, 64)), {"at": (5, 0)}),
        ("must be on the canvas", edits.expand, (p, CLIP, PROMPT, (64, 64)), {"at": (0, 32)}),
        ("strength 2: must be from 0 to 1", edits.restyle, (p, CLIP, PROMPT, 2), {}),
        ("strength 0 changes nothing", edits.restyle, (p, CLIP, PROMPT, 0), {}),
        ("guidance 1 steers nowhere", edits.restyle, (p, CLIP, PROMPT), {"negative": "blue", "guidance": 1.0}),
    ]


def test_bad_requests_are_one_line(pipeline: Pipeline) -> None:
    for message, power, arguments, options in bad_requests(pipeline):
        refused(message, power, *arguments, **options)


def test_what_comes_of_foreign_hands_is_not_changed(pipeline: Pipeline) -> None:
    clip: Tensor = CLIP.clone()
    edits.extend(pipeline, clip, PROMPT, 0.5)
    edits.edit(pipeline, clip, PROMPT, (0, 0, 16, 16))
    assert torch.equal(clip, CLIP)
