"""Sampling makes every tensor on the device where it is used: seen on a machine without a GPU, on pretended tensors."""

import pytest
import torch

import minisora.model.text
from minisora.codec.autoencoder import Codec
from minisora.codec.losses import codec_loss
from minisora.codec.stream import decode_stream
from minisora.course.pretend import PretendedGPU
from minisora.diffusion import ab2, ancestral, classifier_free, ddim, dpm_solver_pp, euler, heun, sample, time_grid
from minisora.diffusion.path import STRAIGHT
from minisora.diffusion.sampler import staggered
from minisora.model import DiT, Tokenizer, video_velocity
from minisora.model.text import TextTokens
from minisora.pipeline import Pipeline
from minisora.presets import NANO
from minisora.training.optim import build_optimizer
from minisora.worlds.vocabulary import WORDS

SHAPE = (5, 8, 8)


def velocities(dit, *, scale=4.0):
    """The guided velocity of one clip, made as the pipeline makes it."""
    ids = torch.empty(2, 7, dtype=torch.int64).to("cuda")
    text = dit.encode_text(ids)
    one = video_velocity(dit, TextTokens(text.tokens[:1], text.mask[:1]), SHAPE)
    return classifier_free(one, video_velocity(dit, text, SHAPE), scale=scale)


@pytest.mark.parametrize("answer", [True, False], ids=["no padding", "padding"])
@pytest.mark.parametrize("scale", [1.0, 4.0])
def test_the_loop_makes_nothing_on_the_cpu(answer, scale):
    with PretendedGPU(answer=answer) as gpu:
        velocity = velocities(gpu.build(lambda: DiT(NANO.dit)), scale=scale)
        x, times = torch.empty(1, NANO.dit.channels, *SHAPE, device="cuda"), time_grid(3)
        gpu.forget()
        latents = sample(velocity, x, times, step=ab2)
        assert latents.device.type == "cuda" and latents.shape == x.shape
        assert gpu.places["cuda"] > 100 and "cpu" not in gpu.places


@pytest.mark.parametrize("step", [euler, heun, ab2, ddim(), dpm_solver_pp()])
def test_every_solver_stays_on_the_device(step):
    with PretendedGPU() as gpu:
        x = torch.empty(2, 3, *SHAPE, device="cuda")
        clocks = staggered(time_grid(3), SHAPE[0], delay=1)
        free = torch.empty(2, 1, *SHAPE, device="cuda")
        gpu.forget()
        assert sample(lambda x, t: x * t, x, clocks, free=free, step=step).device.type == "cuda"
        assert "cpu" not in gpu.places


def test_a_whole_generation_runs_and_only_pixels_come_back(monkeypatch):
    monkeypatch.setattr("minisora.pipeline.pick_device", lambda _: torch.device("cuda"))
    monkeypatch.setattr("minisora.clip.Clip.of", lambda video, **_: video)
    with PretendedGPU() as gpu:
        codec, dit = gpu.build(lambda: Codec(NANO.codec)), gpu.build(lambda: DiT(NANO.dit))
        for module in (codec, dit):  # they are there already
            module.to = lambda _, module=module: module
        pipeline = Pipeline(codec, dit, Tokenizer(WORDS))
        clips = pipeline.generate(["a red circle", "a blue star moves left"], seconds=1, size=(32, 48), steps=2)
        assert [clip.shape for clip in clips] == [(3, 9, 32, 48)] * 2
        assert all(clip.device.type == "cpu" for clip in clips)


def test_a_tensor_made_on_the_wrong_device_is_found(monkeypatch):
    def careless(coords, head_dim, wavelengths):
        return torch.polar(
            torch.ones(1, coords.shape[1], 1, head_dim // 2),
            torch.zeros(1, 1, 1, 1).expand(1, coords.shape[1], 1, head_dim // 2),
        )

    monkeypatch.setattr(minisora.model.text, "rope_table", careless)
    with PretendedGPU() as gpu, pytest.raises(RuntimeError, match="device"):
        velocities(gpu.build(lambda: DiT(NANO.dit)))


def test_decoding_stays_on_the_device():
    with PretendedGPU() as gpu:
        codec = gpu.build(lambda: Codec(NANO.codec))
        latents = torch.empty(1, NANO.codec.channels, 5, 4, 6, device="cuda")
        gpu.forget()
        pieces = list(decode_stream(codec, latents.split(2, dim=2)))
        assert [piece.shape[2] for piece in pieces] == [5, 8, 4]
        assert all(piece.device.type == "cuda" for piece in pieces) and "cpu" not in gpu.places


def test_indexing_on_paper_is_indexing():
    shapes = {}
    for where in ("cpu", "paper"):
        with PretendedGPU():
            x = torch.empty(4, 5, 6, device="cpu" if where == "cpu" else "cuda")
            picks = (x[0], x[-1, 1:], x[..., 0, None], x[:, None, ::2], x[None], x[5:2], x[1:3, 2, ...])
            shapes[where] = [pick.shape for pick in picks]
    assert shapes["cpu"] == shapes["paper"]


def test_ancestral_noise_comes_from_its_generator_and_goes_to_the_device():
    """Random numbers are drawn on the generator's device, so that a seed means the same everywhere, and moved once."""
    with PretendedGPU():
        x = torch.empty(1, 3, *SHAPE, device="cuda")
        step = ancestral(STRAIGHT, torch.Generator().manual_seed(0))
        assert sample(lambda x, t: x * t, x, time_grid(2), step=step).device.type == "cuda"


def test_the_optimiser_keeps_its_memory_where_the_weights_are():
    """Also what a resumed state brings from the CPU: fused AdamW takes counts of steps on the weights' device only."""
    with PretendedGPU() as gpu:
        network = gpu.build(lambda: torch.nn.Linear(4, 4)).requires_grad_(True)
        optimizer = build_optimizer([network.weight], [network.bias])
        for parameter in network.parameters():
            parameter.grad = torch.zeros_like(parameter)
        optimizer.step()
        optimizer.state[network.bias]["step"] = torch.zeros(())
        optimizer.step()
        kept = [value for state in optimizer.state.values() for value in state.values()]
        assert len(kept) == 4 and all(value.device.type == "cuda" for value in kept)


def test_the_codec_trains_and_is_looked_at_on_the_device():
    with PretendedGPU() as gpu:
        codec = gpu.build(lambda: Codec(NANO.codec))
        video = torch.empty(2, 3, 9, 32, 32, device="cuda")
        generator = torch.Generator("cuda") if torch.cuda.is_available() else None
        gpu.forget()
        loss, parts = codec_loss(codec, video, generator)  # type: ignore[arg-type]
        assert {each.device.type for each in (loss, *parts.values())} == {"cuda"}
        assert gpu.asked == 0, "a step that waits for the device is slow"
