"""What the pipeline returns: a tensor that knows its rate and its prompt, and shows itself."""

from __future__ import annotations

import base64
import html
import tempfile
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from minisora.provenance import Keys, Origin, check_signable, sign_file
from minisora.provenance.manifest import check_known
from minisora.video import check_ending, filmstrip, save_video


class Clip(Tensor):
    """A video ``3 t h w`` in [-1, 1]. What is computed from it is a plain tensor again.

    Attributes:
        fps: frames per second.
        prompt: what it shows.
        origin: what made it, all of it; None where nobody knows, or where a part of it was given.
    """

    fps: float
    prompt: str
    origin: Origin | None = None

    #: As for ``nn.Parameter``: results of operations are plain tensors.
    __torch_function__ = torch._C._disabled_torch_function_impl  # type: ignore[assignment]

    @classmethod
    def of(cls, video: Tensor, *, fps: float, prompt: str = "", origin: Origin | None = None) -> Clip:
        """Wrap a video ``3 t h w``; the memory is shared."""
        clip = video.detach().as_subclass(cls)
        clip.fps, clip.prompt, clip.origin = fps, prompt, origin
        return clip

    @property
    def frames(self) -> Tensor:
        """The same numbers as a plain tensor, ``3 t h w``."""
        return self.as_subclass(Tensor)

    @property
    def seconds(self) -> float:
        """From the first frame to the last."""
        return (self.shape[1] - 1) / self.fps

    def save(
        self,
        path: str | Path,
        *,
        sound: Tensor | None = None,
        sign: str | Path | Keys | None = None,
        sign_prompt: bool = False,
    ) -> Path:
        """Write it as mp4, webm, gif or png (a filmstrip), by the ending.

        Args:
            sound: a waveform for an mp4 or webm, ``n`` in [-1, 1], 16,000 samples a second (``minisora.sound``).
            sign: keys, or where they are (``Keys.load``), to sign an mp4, gif or png with as made by these weights.
            sign_prompt: whether the signed file says the prompt.
        Raises: UserError, with nothing written: see ``save_video``; for bad keys, and what cannot be signed.
        """
        if sign is None:
            return save_video(self.frames, path, fps=self.fps, sound=sound)
        path = Path(path)
        check_ending(path)
        check_signable(path)
        origin, prompt = check_known(self.origin), self.prompt if sign_prompt else None
        keys = sign if isinstance(sign, Keys) else Keys.load(sign)
        return save_video(
            self.frames,
            path,
            fps=self.fps,
            sound=sound,
            finish=lambda draft: sign_file(draft, keys, origin, prompt=prompt),
        )

    def filmstrip(self, *, columns: int = 8) -> Image.Image:
        """Evenly spaced frames side by side."""
        return Image.fromarray(filmstrip(self.frames, columns=columns))

    def __repr__(self, *, tensor_contents: object = None) -> str:
        _, frames, height, width = self.shape
        return f"Clip({self.prompt!r}, {frames} frames of {height}x{width}, {self.fps:g} fps)"

    def _repr_html_(self) -> str:
        """For notebooks: a moving picture that needs no player, with a text for those who cannot see it."""
        with tempfile.TemporaryDirectory() as folder:
            path = save_video(self.frames, Path(folder) / "clip.gif", fps=self.fps)
            content = base64.b64encode(path.read_bytes()).decode()
        says = html.escape(f"{self.seconds:g} s of video: {self.prompt}" if self.prompt else "video", quote=True)
        return f'<img src="data:image/gif;base64,{content}" alt="{says}" title="{says}">'
