"""The sound of a video file: a mono waveform written beside the pictures, and read back."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np
import torch
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from torch import Tensor

from minisora.errors import UserError
from minisora.files import reason

RATE = 16_000  #: Samples a second, of every waveform of the package.
#: The codec of each kind of file that has sound: browsers play both.
SOUND_CODECS = {".mp4": "aac", ".webm": "libopus"}


def check_sound(path: Path, sound: Tensor) -> None:
    """Whether ``sound`` can go into this file.

    Raises: UserError for a file without sound (gif, png), another shape than ``n``, and numbers that are not finite.
    """
    if path.suffix.lower() not in SOUND_CODECS:
        raise UserError(
            f"cannot save {path} with its sound: a {path.suffix.lstrip('.')} has none — try "
            f"{path.with_suffix('.mp4').name}, or save it without"
        )
    if sound.ndim != 1 or len(sound) == 0:
        raise UserError(
            f"cannot save {path}: sound of shape {tuple(sound.shape)}, it must be one row of samples (mono)"
        )
    if not sound.isfinite().all():
        raise UserError(f"cannot save {path}: the sound holds numbers that are not finite — look where they come from")


def fitted(sound: Tensor, seconds: float, *, rate: int = RATE) -> Tensor:
    """The waveform ``n`` as long as the pictures: what is too long is cut, what is missing is silence."""
    wanted = round(seconds * rate)
    kept = sound.detach().float().cpu()[:wanted].clamp(-1, 1)
    return torch.nn.functional.pad(kept, (0, wanted - len(kept)))


def add_sound_stream(container: OutputContainer, ending: str, *, rate: int = RATE) -> AudioStream:
    """A stream for mono sound, to be made before the first packet is written."""
    stream = container.add_stream(SOUND_CODECS[ending], rate=rate, layout="mono")
    assert isinstance(stream, AudioStream)
    stream.bit_rate = 64_000
    return stream


def mux_sound(container: OutputContainer, stream: AudioStream, sound: Tensor, *, rate: int = RATE) -> None:
    """Encode a waveform ``n`` in [-1, 1]. Sample i is heard i / rate seconds after the first picture is seen."""
    for begin in range(0, len(sound), rate):
        piece = np.ascontiguousarray(sound[begin : begin + rate].numpy()[None])
        frame = AudioFrame.from_ndarray(piece, format="fltp", layout="mono")
        frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), begin
        container.mux(stream.encode(frame))
    container.mux(stream.encode())


def read_sound(path: str | Path, *, rate: int = RATE) -> Tensor | None:
    """The sound of a file as one row of samples ``n`` in [-1, 1], beginning with the first picture; None without any.

    Several channels are mixed into one.

    Raises: UserError when the file is missing or broken.
    """
    try:
        with av.open(f"file:{path}") as container:
            if not container.streams.audio:
                return None
            stream = container.streams.audio[0]
            seconds = None if stream.duration is None else float(stream.duration * (stream.time_base or 0))
            pieces = list(_pieces(container, rate))
    except (av.error.FFmpegError, OSError) as error:
        raise UserError(f"cannot read {path}: {reason(error)} — name another file") from error
    heard = torch.zeros(max((begin + len(piece) for begin, piece in pieces), default=0))
    for begin, piece in pieces:
        kept = piece[max(-begin, 0) :]  # what an encoder put before the beginning is not heard
        heard[max(begin, 0) : max(begin, 0) + len(kept)] = kept
    return heard if seconds is None else heard[: round(seconds * rate)]  # nor what it put behind the end


def _pieces(container: InputContainer, rate: int) -> Iterator[tuple[int, Tensor]]:
    """Pieces of sound, each with the number of its first sample."""
    stream = container.streams.audio[0]
    resampler = AudioResampler(format="flt", layout="mono", rate=rate)
    begin, first = 0, True
    for frame in container.decode(stream):
        if first:
            begin, first = round(float(frame.time or 0.0) * rate), False
        for part in resampler.resample(frame):
            yield begin, torch.from_numpy(part.to_ndarray()[0].copy())
            begin += part.samples
    for part in () if first else resampler.resample(None):
        yield begin, torch.from_numpy(part.to_ndarray()[0].copy())
        begin += part.samples
