"""Sound: what is written at a time is heard at that time, in the tensor and in the file."""

from fractions import Fraction

import av
import pytest
import torch

from minisora.clip import Clip
from minisora.errors import UserError
from minisora.sound import RATE, VOICES, Hit, synthesise
from minisora.sound.clock import timestamps
from minisora.sound.wave import decaying_sine, voice_of
from minisora.video import read_sound, read_video, save_video

SOUND = synthesise([Hit(0.5, "small"), Hit(1.25, "large")], 2.125)


def lag(mine, theirs):
    """By how many samples ``mine`` comes after ``theirs``."""
    a, b = (torch.fft.rfft(each, 131_072) for each in (mine, theirs))
    at = int(torch.fft.irfft(a * b.conj()).argmax())
    return at if at < 65_536 else at - 131_072


def noise(frames=17):
    return torch.rand(3, frames, 32, 32, generator=torch.Generator().manual_seed(0)) * 2 - 1


def test_a_hit_is_silent_before_and_moves_with_its_onset():
    voice = VOICES["medium"]
    wave = decaying_sine(0.01, voice, 800)
    assert (wave[: round(0.01 * RATE)] == 0).all()
    later = decaying_sine(0.01 + 10 / RATE, voice, 800)
    assert torch.allclose(later[10:], wave[:-10], atol=1e-5)


def test_hits_add_up_and_stay_in_range():
    two = synthesise([Hit(0.1, "small"), Hit(0.1, "large")], 0.5)
    assert torch.allclose(two, synthesise([Hit(0.1, "small")], 0.5) + synthesise([Hit(0.1, "large")], 0.5), atol=1e-6)
    assert synthesise([Hit(0.1, "small")] * 5, 0.5).abs().max() <= 1
    assert len(synthesise([], 2.125)) == 34_000 and (synthesise([], 1.0) == 0).all()


@pytest.mark.parametrize(("radius", "size"), [(0.13, "small"), (0.19, "medium"), (0.27, "large"), (0.5, "large")])
def test_size_is_heard(radius, size):
    assert voice_of(radius) == size


def test_what_cannot_be_heard_is_said():
    with pytest.raises(UserError, match="huge"):
        synthesise([Hit(0.1, "huge")], 1.0)
    with pytest.raises(UserError, match="nan"):
        synthesise([Hit(float("nan"), "small")], 1.0)


@pytest.mark.parametrize("ending", ["mp4", "webm"])
def test_a_file_is_heard_as_it_was_written(tmp_path, ending):
    path = save_video(noise(), tmp_path / f"clip.{ending}", sound=SOUND)
    heard = read_sound(path)
    assert heard is not None and abs(len(heard) - len(SOUND)) <= 1024
    assert lag(heard, SOUND) == 0
    assert (heard[: len(SOUND)] - SOUND).abs().max() < 0.05
    assert read_video(path).shape[1] == 17


def test_an_mp4_plays_in_a_browser(tmp_path):
    path = Clip.of(noise(), fps=8.0).save(tmp_path / "clip.mp4", sound=SOUND)
    with av.open(str(path)) as container:
        (picture,), (sound,) = container.streams.video, container.streams.audio
        assert (picture.codec_context.name, picture.pix_fmt, sound.codec_context.name) == ("h264", "yuv420p", "aac")
        for stream in (picture, sound):
            assert stream.duration is not None and stream.time_base is not None
            assert stream.duration * stream.time_base == Fraction(17, 8)
    content = path.read_bytes()
    assert content.find(b"moov") < content.find(b"mdat")  # it begins to play before all of it is there


def test_sound_is_as_long_as_the_pictures(tmp_path):
    for seconds in (1.0, 5.0):
        path = save_video(noise(), tmp_path / "clip.mp4", sound=torch.ones(round(seconds * RATE)) * 0.1)
        heard = read_sound(path)
        assert heard is not None and len(heard) == 34_000
        assert bool(heard[30_000:33_000].abs().max() > 0.02) == (seconds > 2)


def test_without_sound_there_is_none(tmp_path):
    assert read_sound(save_video(noise(), tmp_path / "clip.mp4")) is None


@pytest.mark.parametrize("ending", ["gif", "png"])
def test_pictures_have_no_sound(tmp_path, ending):
    with pytest.raises(UserError, match=rf"{ending} has none.*clip.mp4"):
        save_video(noise(), tmp_path / f"clip.{ending}", sound=SOUND)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("sound", "says"), [(torch.zeros(2, 9), "mono"), (torch.full((9,), torch.inf), "finite")])
def test_what_is_no_sound_is_refused(tmp_path, sound, says):
    with pytest.raises(UserError, match=says):
        save_video(noise(), tmp_path / "clip.mp4", sound=sound)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UserError, match="cannot read"):
        read_sound(tmp_path / "none.mp4")


def test_a_file_has_the_clock_of_the_page(tmp_path):
    path = save_video(noise(25), tmp_path / "clip.webm", fps=24.0)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stamps = [frame.pts for frame in container.decode(stream)]
        assert stream.time_base is not None
        assert stamps == timestamps(25, Fraction(24), stream.time_base)
