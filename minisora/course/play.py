"""The learnt world with buttons and keys, beside the true one: in a notebook, or on a page of its own.

from minisora.course.play import Play
Play()
"""

from __future__ import annotations

import asyncio

import ipywidgets
import torch
from torch import Generator, Tensor

from minisora import video
from minisora.checkpoint import shipped_folder
from minisora.course import living
from minisora.course.picture import Picture, image, note, stack
from minisora.course.plots import strips
from minisora.errors import UserError
from minisora.playing.dream import Dream, load_dreamer
from minisora.playing.network import FrameTransformer, FrameTransformerConfig
from minisora.playing.world import ACTIONS, State, busy_actions, draw, looks, new_states, read, step

KEYS = {"w": "up", "a": "left", "s": "down", "d": "right", " ": "stay"}
SIGNS = {"left": "←", "up": "↑", "down": "↓", "right": "→", "stay": "·"}
FPS = 10
STILLS = 9  #: Frames of the still picture.


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
        self.view, self.said = ipywidgets.HTML(), ipywidgets.HTML()
        self.buttons = {}
        for name, sign in SIGNS.items():
            self.buttons[name] = ipywidgets.Button(description=f"{sign} {name}", tooltip=name, layout={"width": "84px"})
            self.buttons[name].on_click(lambda _, name=name: self.press(name))
        self.keys = ipywidgets.Text(
            description="Keys", placeholder="click here; then w a s d, or space", style={"description_width": "initial"}
        )
        self.keys.observe(self._typed, names="value")
        self.live = ipywidgets.ToggleButton(description="Live", tooltip=f"time goes by, {FPS} frames a second")
        self.live.observe(lambda change: self._go(change["new"]), names="value")
        self.again = ipywidgets.Button(description="Another room", tooltip="begin anew in another room")
        self.again.on_click(lambda _: self.begin(self.seed + 1))
        rows = [ipywidgets.HBox(list(self.buttons.values())), ipywidgets.HBox([self.keys, self.live, self.again])]
        self.widget = ipywidgets.VBox([self.view, *rows, self.said])
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
        self.view.value = stack(
            _enlarged("dreamt", self.picture[0], self.state), _enlarged("true", None, self.state)
        ).html
        self.view.value = self.view.value.replace("<br>", " &nbsp; ")
        off = "as the rule says" if self.wrong == 0 else f"{self.wrong} cells are not as the rule says"
        self.said.value = f"Room {self.seed}, frame {self.frames}: {off}. Left the dream, right the truth."


def _enlarged(name: str, picture: Tensor | None, state: State) -> Picture:
    pixels = video.to_uint8((draw(state)[0] if picture is None else picture)[:, None])[0]
    return image(pixels.repeat(4, 0).repeat(4, 1), alt=f"{name}: the room with player, ball and goal", width=252)
