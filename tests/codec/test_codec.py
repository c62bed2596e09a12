import pytest
import torch

from minisora.codec import Codec, CodecConfig, codec_loss, decode_stream, encode_stream, kl_divergence
from minisora.codec.causal import CausalConv3d
from minisora.errors import UserError
from minisora.worlds.render import render
from minisora.worlds.shapes import ShapesWorld

CONFIG = CodecConfig(channels=8, width=16, encoder_depth=2, decoder_depth=2)


@pytest.fixture
def codec() -> Codec:
    """A codec with random weights everywhere, so that every path contributes."""
    torch.manual_seed(0)
    codec = Codec(CONFIG)
    for parameter in codec.parameters():
        torch.nn.init.normal_(parameter, std=0.05)
    return codec


def clips(n: int, frames: int = 9, seed: int = 0) -> torch.Tensor:
    scenes = ShapesWorld().sample(n, generator=torch.Generator().manual_seed(seed))
    return render(scenes, frames=frames, height=32, width=48)


def test_geometry_is_4x8x8_and_an_image_is_a_clip_of_one(codec: Codec) -> None:
    assert codec.encode(clips(2, 9)).shape == (2, 8, 3, 4, 6)
    assert codec.encode(clips(2, 1)).shape == (2, 8, 1, 4, 6)
    assert codec.decode(torch.zeros(2, 8, 3, 4, 6)).shape == (2, 3, 9, 32, 48)


def test_no_latent_depends_on_later_frames(codec: Codec) -> None:
    video = clips(1, 9)
    changed = video.clone()
    changed[:, :, 5:] = 0.3
    assert torch.equal(codec.encode(video)[:, :, :2], codec.encode(changed)[:, :, :2])
    assert not torch.equal(codec.encode(video)[:, :, 2:], codec.encode(changed)[:, :, 2:])


def test_the_beginning_of_a_clip_has_the_latents_of_a_shorter_clip(codec: Codec) -> None:
    video = clips(1, 9)
    assert torch.allclose(codec.encode(video)[:, :, :1], codec.encode(video[:, :, :1]), atol=1e-6)


@pytest.mark.parametrize("pieces", [[1, 4, 4, 8], [5, 12], [9, 4, 4], [17]])
def test_streams_equal_the_whole(codec: Codec, pieces: list[int]) -> None:
    video = clips(2, 17)
    whole = codec.encode(video)
    streamed = list(encode_stream(codec, video.split(pieces, dim=2)))
    assert torch.allclose(torch.cat(streamed, dim=2), whole, atol=1e-5)
    decoded = torch.cat(list(decode_stream(codec, streamed)), dim=2)
    assert torch.allclose(decoded, codec.decode(whole), atol=1e-5)


def test_the_memory_of_a_stream_does_not_grow(codec: Codec) -> None:
    _, caches = codec.decode_blocks(torch.zeros(1, 8, 1, 4, 6))
    size = sum(cache.numel() for cache in caches)
    for _ in range(5):
        _, caches = codec.decode_blocks(torch.zeros(1, 8, 2, 4, 6), caches)
        assert sum(cache.numel() for cache in caches) == size


def test_the_causal_convolution_equals_a_loop() -> None:
    torch.manual_seed(0)
    conv = CausalConv3d(3, 5, (3, 1, 1))
    x = torch.randn(2, 6, 2, 2, 3)
    assert conv.bias is not None
    y, cache = conv(x)
    for t in range(6):
        expected = conv.bias + sum(x[:, t - 2 + k] @ conv.weight[:, :, k, 0, 0].T for k in range(3) if t - 2 + k >= 0)
        assert torch.allclose(y[:, t], expected, atol=1e-6)
    assert torch.equal(cache, x[:, -2:])


def test_principal_components_are_the_best_linear_start() -> None:
    torch.manual_seed(0)
    video = clips(32)
    codec = Codec(CONFIG)
    codec.start_from_principal_components(video)
    start = (codec.decode_raw(codec.encode_distribution(video)[0]) - video).square().mean()
    for _ in range(5):
        for layer in (codec.encoder.linear, codec.decoder.linear):
            saved = layer.weight.detach().clone()
            layer.weight.data += 0.01 * torch.randn_like(saved) * saved.std()
            worse = (codec.decode_raw(codec.encode_distribution(video)[0]) - video).square().mean()
            layer.weight.data.copy_(saved)
            assert worse > start
    assert start < 0.2 * video.var()


def test_measured_latents_are_standard_and_keep_their_proportions(codec: Codec) -> None:
    video = clips(32)
    codec.measure_latents(video)
    latents = codec.encode(video)
    assert torch.allclose(latents.mean((0, 2, 3, 4)), torch.zeros(8), atol=1e-4)
    assert abs(latents.std().item() - 1) < 1e-3
    mean, _ = codec.encode_distribution(video)
    proportions = latents.std((0, 2, 3, 4)) / mean.std((0, 2, 3, 4))
    assert torch.allclose(proportions, proportions[:1].expand(8), rtol=1e-4)
    assert torch.allclose(codec.denormalise(codec.normalise(latents)), latents, atol=1e-5)


def test_kl_equals_torch_distributions() -> None:
    mean, logvar = torch.randn(50), torch.randn(50)
    ours = kl_divergence(mean, logvar)
    normal = torch.distributions.Normal
    theirs = torch.distributions.kl_divergence(normal(mean, torch.exp(logvar / 2)), normal(0.0, 1.0)).mean()
    assert torch.allclose(ours, theirs, atol=1e-5)


def test_training_lowers_the_error() -> None:
    torch.manual_seed(0)
    video, generator = clips(8), torch.Generator().manual_seed(1)
    codec = Codec(CONFIG)
    optimizer = torch.optim.Adam(codec.parameters(), lr=3e-3)
    losses = []
    for _ in range(40):
        loss, parts = codec_loss(codec, video, generator)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(parts["mse"])
    assert losses[-1] < 0.3 * losses[0]


def test_only_an_error_that_changes_is_flicker(codec: Codec, monkeypatch: pytest.MonkeyPatch) -> None:
    video, generator = clips(2), torch.Generator()

    def priced(error: torch.Tensor) -> tuple[float, dict[str, torch.Tensor]]:
        monkeypatch.setattr(codec, "decode_raw", lambda latents: video + error)
        free, priced = (codec_loss(codec, video, generator, kl_weight=0, flicker_weight=each) for each in (0.0, 0.5))
        return float(priced[0] - free[0]), priced[1]

    still = 0.1 * torch.randn_like(video[:, :, :1]).expand_as(video)
    assert abs(priced(still)[0]) < 1e-6
    trembling = still * torch.tensor([1.0, -1.0]).repeat(9)[: video.shape[2]].view(-1, 1, 1)
    price, parts = priced(trembling)
    assert price == pytest.approx(0.5 * 2 * float(still.abs().mean()), rel=1e-4)
    assert float(parts["flicker"]) == pytest.approx(2 * float(still.abs().mean()), rel=1e-4)
    image = video[:, :, :1]
    assert "flicker" not in codec_loss(Codec(CONFIG), image, generator, flicker_weight=0.5)[1]


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((1, 3, 9, 60, 64), "60x64.*multiples of 8.*56x64"),
        ((1, 3, 10, 64, 64), "10 frames.*1 \\+ 4k.*9"),
        ((1, 3, 9, 64), "b 3 t h w"),
    ],
)
def test_a_clip_that_does_not_fit_is_named(codec: Codec, shape: tuple[int, ...], words: str) -> None:
    with pytest.raises(UserError, match=words):
        codec.encode(torch.zeros(shape))
