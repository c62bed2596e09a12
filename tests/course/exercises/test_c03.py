"""What chapter 03 defines for itself equals what the package does."""

import torch
from einops import rearrange

from minisora.codec import Codec, CodecConfig
from minisora.course.exercises.c03_codec import CAUSES, patients
from minisora.course.exercises.c03_codec.decode_stream import tiny_codec
from minisora.course.exercises.c03_codec.diagnose_codec import diagnose_codec
from minisora.course.exercises.c03_codec.latent_statistics import latent_statistics
from minisora.course.exercises.c03_codec.to_blocks import to_blocks


def codec_and_clip() -> tuple[Codec, torch.Tensor]:
    codec = Codec(CodecConfig(channels=4, width=8, encoder_depth=1, decoder_depth=1, spatial=2))
    generator = torch.Generator().manual_seed(0)
    for parameter in codec.parameters():
        torch.nn.init.normal_(parameter, std=0.2, generator=generator)
    return codec.requires_grad_(False), torch.rand(2, 3, 9, 4, 6, generator=generator) * 2 - 1


def test_blocks_are_those_that_the_encoder_reads():
    codec, video = codec_and_clip()
    mean, _ = codec.encode_distribution(video)
    coded, _ = codec.encoder(to_blocks(video, 4, 2))
    assert torch.allclose(rearrange(coded, "b t h w (two c) -> two b c t h w", two=2)[0], mean, atol=1e-6)


def test_statistics_are_those_that_the_codec_measures():
    codec, video = codec_and_clip()
    raw, _ = codec.encode_distribution(video)
    codec.measure_latents(video)
    mean, scale = latent_statistics(raw)
    assert torch.allclose(mean, codec.latent_mean, atol=1e-6)
    assert torch.allclose(scale.expand(4), codec.latent_std, atol=1e-6)


def test_each_patient_has_another_fault():
    codec = tiny_codec()
    clip = torch.rand(1, 3, 17, 4, 6, generator=torch.Generator().manual_seed(1)) * 2 - 1
    right, seen = codec.decode(codec.encode(clip))[0], patients(codec, clip)
    assert seen.keys() == diagnose_codec().keys() and set(diagnose_codec().values()) < set(CAUSES)
    for letter, made in seen.items():
        assert made.shape[1] == (14 if diagnose_codec()[letter] == "cut again" else 17)
        assert made.shape != right.shape or not torch.allclose(made, right, atol=1e-3)
