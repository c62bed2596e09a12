from __future__ import annotations

import asyncio

from torch import Generator

from minisora.course.play import FPS, Play, dreamer
from minisora.playing.network import FrameTransformer, FrameTransformerConfig


def play(seed: int = 0) -> Play:
    small = FrameTransformerConfig(width=32, depth=1, heads=2)
    return Play(FrameTransformer(small, generator=Generator().manual_seed(0)).eval(), seed=seed)


def test_buttons_and_keys_act_in_both_worlds():
    game = play()
    before = game.state.player.clone()
    for name in ("up", "left", "down", "right", "stay"):
        game.buttons[name].click()
    assert game.frames == 5 and game.dream.frame == 6
    game.keys.value = "wwD "
    assert game.frames == 9 and game.keys.value == ""
    game.keys.value = "xyz"
    assert game.frames == 9
    assert "frame 9" in game.said.value and game.view.value.count("<img") == 2
    assert before.shape == game.state.player.shape


def test_another_room_begins_anew():
    game = play()
    game.buttons["up"].click()
    first = game.view.value
    game.again.click()
    assert game.frames == 0 and game.seed == 1 and game.view.value != first
    assert "as the rule says" in game.said.value


def test_time_goes_by_while_it_is_live():
    async def live() -> tuple[int, int]:
        game = play()
        game.live.value = True
        await asyncio.sleep(0.01)
        game.press("right")  # waits for the next frame
        seen = game.frames
        await asyncio.sleep(5.5 / FPS)
        game.live.value = False
        done = game.frames
        await asyncio.sleep(2 / FPS)
        assert game.frames == done
        return seen, done

    seen, done = asyncio.run(live())
    assert seen <= 2 and done > seen


def test_without_a_loop_nothing_is_live():
    game = play()
    game.live.value = True
    assert game.live.value is False


def test_a_still_picture_for_where_nothing_runs():
    picture = play().still()
    assert picture.html.count("<img") >= 4 and "dreamt and true" in picture.alt


def test_the_course_has_a_dreamer():
    assert isinstance(dreamer(), FrameTransformer)
