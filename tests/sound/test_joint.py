"""Pictures and sound in one network: what is given stays, what is cut knows nothing of the other, and it learns."""

import pytest
import torch

from minisora.checkpoint import shipped_folder
from minisora.errors import UserError
from minisora.sound.codec import LOUDNESS, NUMBERS, decode, encode, levels, onsets
from minisora.sound.joint import TASKS, joint_levels, joint_loss, load_joint, make, pack, unpack
from minisora.sound.measure import matched, moments, summary
from minisora.sound.network import JointConfig, JointTransformer, cut_mask
from minisora.sound.scenery import bouncing, colliding
from minisora.sound.wave import VOICES, Hit, synthesise

TINY = JointConfig(width=32, depth=1, heads=2)


def dice(seed=0):
    return torch.Generator().manual_seed(seed)


def waking(config=TINY):
    """A network whose answers are not all 0."""
    network = JointTransformer(config, generator=dice())
    for layer in (network.modulation, network.final_modulation, network.frames_out, network.sound_out):
        torch.nn.init.normal_(layer.weight, std=0.1, generator=dice(1))
    return network


@pytest.mark.parametrize("kind", [bouncing, colliding])
def test_the_codec_keeps_pitch_and_time(kind):
    balls = kind(50, generator=dice(), silent=0.2)
    rows = [
        matched(moments(onsets(t)), moments(hits), window=0.02)
        for t, hits in zip(balls.tokens(), balls.hits, strict=True)
    ]
    found = summary(rows)
    assert (found["missed"], found["false"]) == (0, 0) and found["90 % ms"] < 5
    for tokens, hits in zip(balls.tokens(), balls.hits, strict=True):
        assert sorted(hit.size for hit in onsets(tokens)) == sorted(hit.size for hit in hits)


def test_what_is_decoded_is_encoded_again_as_it_was():
    wave = synthesise([Hit(0.4, "small"), Hit(1.3, "large")], 2.125)
    tokens = encode(wave[None])[0]
    assert tokens.shape == (17, NUMBERS)
    assert (encode(decode(tokens)[None])[0] - tokens).abs().mean() < 0.05


def test_each_pitch_has_a_row_of_its_own():
    time = torch.arange(4000) / 16_000
    for name, voice in VOICES.items():
        wave = LOUDNESS * torch.sin(2 * torch.pi * voice.frequency * time)
        for other, row in VOICES.items():
            expected = 1.0 if other == name else -1.0
            assert torch.allclose(levels(wave, row.frequency), torch.full((16,), expected), atol=1e-3)


def test_sound_that_fills_no_token_is_refused():
    with pytest.raises(UserError, match="2000"):
        encode(torch.zeros(1, 2250))


def test_packing_is_undone():
    clips, tokens = torch.randn(2, 1, 5, 16, 16), torch.randn(2, 5, NUMBERS)
    again = unpack(pack(clips, tokens))
    assert torch.equal(again[0], clips) and torch.equal(again[1], tokens)


@pytest.mark.parametrize("task", TASKS)
def test_what_is_given_stays_bit_for_bit(task):
    balls = bouncing(2, generator=dice())
    clips, tokens = balls.silhouettes(), balls.tokens()
    pictures, sound = make(waking(), task, clips, tokens, generator=dice(2), given=3, steps=2)
    assert torch.equal(pictures, clips) == (task == "video to sound")
    assert torch.equal(sound, tokens) == (task == "sound to video")
    if task != "video to sound":
        assert torch.equal(pictures[:, :, :3], clips[:, :, :3]) and not torch.equal(pictures[:, :, 3:], clips[:, :, 3:])
    if task == "both":
        assert torch.equal(sound[:, :3], tokens[:, :3])


def test_cut_apart_neither_knows_of_the_other():
    network, frames, sound = waking(), torch.randn(1, 4, 256), torch.randn(1, 4, NUMBERS)
    times = torch.full((1, 4), 0.5)
    other = torch.randn(1, 4, 256)
    for joined in (True, False):
        a, b = (network(each, sound, times, times, joined=joined)[1] for each in (frames, other))
        assert torch.allclose(a, b, atol=1e-5) == (not joined)
    mask = cut_mask(3)[0, 0]
    assert mask[:3, :3].all() and mask[3:, 3:].all() and not mask[:3, 3:].any() and not mask[3:, :3].any()


def test_another_task_is_refused():
    with pytest.raises(UserError, match="video to sound"):
        joint_levels("sound", torch.ones(1), 3)


def test_it_learns():
    balls = bouncing(8, generator=dice())
    clips, tokens, network = balls.silhouettes(), balls.tokens(), JointTransformer(TINY, generator=dice())
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3)
    losses = []
    for step in range(40):
        loss = joint_loss(network, clips, tokens, generator=dice(step % 4))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss))
    assert sum(losses[-4:]) < 0.7 * sum(losses[:4])


@pytest.mark.parametrize("kind", [bouncing, colliding])
def test_the_shipped_network_hears_what_it_sees_and_only_if_it_looks(kind):
    network = load_joint(shipped_folder().parent / "ladder" / "sound-joint.safetensors")
    balls = kind(24, generator=dice(60), silent=0.0)
    clips, tokens = balls.silhouettes(), balls.tokens()

    def found(joined):
        _, sound = make(network, "video to sound", clips, tokens, generator=dice(1), joined=joined, steps=4)
        rows = [
            matched(moments(onsets(each)), moments(hits), window=0.05)
            for each, hits in zip(sound, balls.hits, strict=True)
        ]
        return sum(len(row.offsets) for row in rows) / sum(len(moments(hits)) for hits in balls.hits)

    assert found(joined=True) > 0.75 > 0.5 > found(joined=False)
