"""The learnt world with buttons and keys, beside the true one: in a notebook, or on a page of its own.

from minisora.course.play import Play
Play()
"""

from __future__ import annotations

import asyncio
import time
from collections import deque

import ipywidgets
import torch
from torch import Generator, Tensor

from minisora import video
from minisora.checkpoint import shipped_folder
from minisora.course import living
from minisora.course.picture import Picture, image, note, stack
from minisora.course.plots import strips
from minisora.course.studio import look
from minisora.course.studio.parts import box, button
from minisora.errors import UserError
from minisora.playing.dream import Dream, load_dreamer
from minisora.playing.network import FrameTransformer, FrameTransformerConfig
from minisora.playing.world import ACTIONS, busy_actions, draw, looks, new_states, read, step

KEYS = {"w": "up", "a": "left", "s": "down", "d": "right", " ": "stay"}
SIGNS = {"left": "←", "up": "↑", "down": "↓", "right": "→", "stay": "·"}
FPS = 10
NAMES = {"dreamt": "dreamt: a network makes it, frame by frame", "true": "true: the rule makes it"}
STILLS = 9  #: Frames of the still picture.
TIMED = 20  #: Frames over which their rate is taken.

STYLE = """<style>
.minisora-studio.ms-play { gap: 14px; }
.ms-play .ms-worlds { display: flex; flex-wrap: wrap; gap: 10px clamp(10px, 2vw, 22px); }
.ms-play figure { margin: 0; flex: 1 1 140px; max-width: 320px; }
.ms-play figure img { display: block; width: 100%; height: auto; border-radius: 10px; image-rendering: pixelated; }
.ms-play figcaption { margin-top: 6px; font-size: 13px; color: var(--soft); }
.ms-play .ms-walk { gap: 14px 28px; flex-wrap: wrap; align-items: center; }
.ms-play .ms-pad { display: grid; grid-template-columns: repeat(3, 86px); gap: 6px; }
.minisora-studio .ms-pad button.jupyter-button { width: 100%; height: 40px; line-height: 38px; padding: 0; }
.ms-play .ms-go-up { grid-column: 2; }
.ms-play :is(.ms-go-left, .ms-go-stay, .ms-go-right) { grid-row: 2; }
.ms-play .ms-go-down { grid-column: 2; grid-row: 3; }
.ms-play .ms-time { gap: 10px; flex-wrap: wrap; align-items: flex-end; flex: 1 1 260px; }
.minisora-studio .ms-time button.jupyter-button { height: 34px; line-height: 32px; }
.ms-play .ms-time .ms-field { flex: 1 1 100%; }
</style>"""


def dreamer(name: str = "clean") -> FrameTransformer:
    """The network that comes with the course; without it an untrained one, which says so."""
    try:
        return load_dreamer(shipped_folder().parent / "ladder" / f"play-{name}.safetensors")
    except UserError as error:
        print(f"({error}. An untrained network stands in: its world is grey.)")
        return FrameTransformer(FrameTransformerConfig(), generator=Generator().manual_seed(0)).eval()


class Play:
    """A room to walk in, dreamt by a network, with the true room beside it. As the last line of a cell it shows itself.

    Buttons, or the keys w, a, s, d and space in the field under them. *Live* lets time go by, ten frames a second,
    whether one acts or not.

    Args:
        network: what dreams; by default the one that comes with the course.
        seed: of the room, and of the dream's noise.
        history: noise level at which the dream remembers.
        steps: of denoising a frame.
    Attributes:
        widget: the panel alone.
        frames, wrong: how many frames there have been, and how many cells of the last one are not as the rule says.
    """

    def __init__(
        self, network: FrameTransformer | None = None, *, seed: int = 0, history: float = 0.0, steps: int = 2
    ) -> None:
        self.network = dreamer() if network is None else network
        self.history, self.steps, self.seed = history, steps, seed
        self._wish = 0
        self._task: asyncio.Task[None] | None = None
        self._times: deque[float] = deque(maxlen=TIMED + 1)
        self.view, self.said = ipywidgets.HTML(), ipywidgets.HTML()
        self.buttons = {name: button(f"{sign} {name}", name) for name, sign in SIGNS.items()}
        for name, each in self.buttons.items():
            each.add_class(f"ms-go-{name}")
            each.on_click(lambda _, name=name: self.press(name))
        self.keys = ipywidgets.Text(description="Keys", placeholder="click here; then w a s d, or space")
        for each in ("ms-field", "ms-keys"):
            self.keys.add_class(each)
        self.keys.observe(self._typed, names="value")
        self.live = ipywidgets.ToggleButton(description="Live", tooltip=f"time goes by, {FPS} frames a second")
        self.live.observe(lambda change: self._go(change["new"]), names="value")
        self.again = button("Another room", "begin anew in another room")
        self.again.on_click(lambda _: self.begin(self.seed + 1))
        pad = box(ipywidgets.Box, "ms-pad", *(self.buttons[name] for name in ("up", "left", "stay", "right", "down")))
        self.widget = box(
            ipywidgets.VBox,
            "minisora-studio",
            ipywidgets.HTML(look.STYLE + STYLE, layout={"display": "none"}),
            self.view,
            box(ipywidgets.HBox, "ms-walk", pad, box(ipywidgets.HBox, "ms-time", self.live, self.again, self.keys)),
            self.said,
        )
        self.widget.add_class("ms-play")
        self.begin(seed)

    def begin(self, seed: int) -> None:
        """A new room, which the dream is shown once."""
        self.seed, self.frames, self.wrong = seed, 0, 0
        dice = Generator().manual_seed(seed)
        self.state = new_states(1, dice)
        self.picture = draw(self.state)
        self.dream = Dream(self.network, self.picture, generator=dice, history=self.history, steps=self.steps)
        self._show()

    def press(self, name: str) -> None:
        """Act: at once, or, while time goes by, at the next frame."""
        if self.live.value:
            self._wish = ACTIONS.index(name)
        else:
            self.advance(ACTIONS.index(name))

    def advance(self, action: int) -> None:
        """One frame of both worlds."""
        chosen = torch.tensor([action])
        self.state, self.picture = step(self.state, chosen), self.dream.step(chosen)
        self.frames += 1
        self._times.append(time.monotonic())
        self.wrong = int((read(self.picture) != looks(self.state)).sum())
        self._show()

    def still(self) -> Picture:
        """Both worlds for some frames, for where no widgets run."""
        dice = Generator().manual_seed(self.seed)
        states, actions = busy_actions(new_states(1, dice), STILLS, dice)
        first = draw(states[0])
        dream = Dream(self.network, first, generator=dice, history=self.history, steps=self.steps)
        made = torch.stack([first, *(dream.step(action) for action in actions.unbind(1))], dim=2)[0]
        true = torch.stack([draw(state)[0] for state in states], dim=1)
        alt = "a room with a player, a ball and a goal, dreamt and true, while the player walks"
        rows = strips({"dreamt": made, "true": true}, alt=alt, fps=4, columns=STILLS + 1)
        return stack(note("Still pictures: run this cell to play."), rows)

    def _ipython_display_(self) -> None:
        living.show(self.widget, self.still())

    def _typed(self, change: dict[str, str]) -> None:
        letters = [letter for letter in change["new"].lower() if letter in KEYS]
        for letter in letters:
            self.press(KEYS[letter])
        if change["new"]:
            self.keys.value = ""

    def _go(self, live: bool) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._times.clear()
        if live:
            try:
                self._task = asyncio.get_running_loop().create_task(self._live())
            except RuntimeError:  # no front end, no loop
                self.live.value = False

    async def _live(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            action, self._wish = self._wish, 0
            self.advance(action)
            due = max(due + 1 / FPS, loop.time())
            await asyncio.sleep(due - loop.time())

    def _show(self) -> None:
        worlds = {"dreamt": self.picture[0], "true": draw(self.state)[0]}
        self.view.value = f'<div class="ms-worlds">{"".join(_enlarged(*each) for each in worlds.items())}</div>'
        off = "as the rule says" if self.wrong == 0 else f"{self.wrong} cells are not as the rule says"
        self.said.value = f'<span class="ms-soft">Room {self.seed}, frame {self.frames}: {off}.{self._rate()}</span>'

    def _rate(self) -> str:
        """How fast time goes by, once it has for a while."""
        if not self.live.value or len(self._times) <= TIMED:
            return ""
        return f" {TIMED / (self._times[-1] - self._times[0]):.1f} frames a second."


def _enlarged(name: str, picture: Tensor) -> str:
    pixels = video.to_uint8(picture[:, None])[0]
    shown = image(pixels.repeat(4, 0).repeat(4, 1), alt=f"{name}: the room with player, ball and goal", width=252)
    return f"<figure>{shown.html}<figcaption>{NAMES[name]}</figcaption></figure>"
