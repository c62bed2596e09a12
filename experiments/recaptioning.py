"""Captions that a machine wrote: ``python experiments/recaptioning.py PART [--steps N] [--latents FOLDER]``.

``captioner`` trains the captioner of chapter 13 on drawn clips with their full captions, judges it on clips that no
training shows, and writes it with its scores to ``data/ladder``.

``compare`` is the experiment of Betker et al. (DALL-E 3), 2023, on the smallest scale that shows anything: one and the
same small transformer learns to draw *pictures* (the first latent frame of clips of one thing), equal steps, the same
batches and noise, from short and partly wrong captions, from what the captioner says of the same clips, and from the
truth. Its table goes to ``data/ladder/recaptioning.json``.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from random import Random

import torch
from torch import Generator, Tensor, nn

from minisora.checkpoint import Card, latents_of, save_checkpoint, shipped_folder
from minisora.codec.autoencoder import Codec
from minisora.diffusion import ab2, sample, time_grid
from minisora.diffusion.objective import loss_at
from minisora.errors import UserError
from minisora.evaluation.judge import judge
from minisora.files import replacing
from minisora.model import DiT, DiTConfig, Tokenizer, video_velocity
from minisora.model.captioner import Captioner, CaptionerConfig, say
from minisora.networks import load_captioner, load_codec
from minisora.presets import WORLD
from minisora.training.captioning import full_caption, train_captioner
from minisora.training.latents import CHUNK, ClipSet, LatentCache, draw_clips, encode_clips
from minisora.training.modules import stratified_logit_normal
from minisora.training.optim import learning_rate_factor, optimizer_for, set_learning_rate
from minisora.velocities import guided
from minisora.worlds.agreement import KINDS, agreement
from minisora.worlds.claims import Claims, ObjectClaim, claims_of, parse, sentence
from minisora.worlds.scene import COLOURS, MOTIONS, SHAPES, SIZES, Scene
from minisora.worlds.vocabulary import WORDS

#: The clips that both parts learn from: those of the shipped transformer's training, encoded once.
CLIPS = ClipSet(clips=20_000, world=WORLD)
FRESH = ClipSet(clips=512, world=WORLD, seed=77)  #: Clips that no training shows.

LADDER = shipped_folder().parent / "ladder"  #: Where what is made here goes.

PICTURES, BATCH, JUDGED = 4096, 64, 128  #: Of the comparison: clips to learn from, of a step, and to be judged.
WRONG = 0.2  #: Share of the words in short captions that are wrong.
NAMED = {"shape": 1.0, "colour": 0.7, "size": 0.3, "motion": 0.3}  #: How often a short caption says what.
TIMES = (0.95, 0.9, 0.8)  #: Where the error of the predicted picture is measured.
CHOICES = {"colour": COLOURS, "size": SIZES, "shape": SHAPES, "motion": MOTIONS}


# --- the captioner


def said(captioner: Captioner, tokenizer: Tokenizer, latents: Tensor) -> list[str]:
    with torch.autocast("cpu", torch.bfloat16):
        ids = [say(captioner, some, longest=40) for some in latents.split(128)]
    return [text for some in ids for text in tokenizer.decode(some)]


def claims(text: str) -> Claims:
    """What a caption says; nothing where it contradicts itself."""
    try:
        return parse(text)
    except UserError:
        return Claims()


def scores(scenes: Sequence[Scene], captions: Sequence[str]) -> dict[str, float]:
    """Share of clips of which the caption says all rightly, by kinds, and the share of its claims that are right."""
    pairs = [(claims(text), claims_of(scene)) for text, scene in zip(captions, scenes, strict=True)]
    found = [agreement(said.objects, true.objects) for said, true in pairs]
    table = {"count": [len(said.objects) == len(true.objects) for said, true in pairs]}
    for kind in KINDS:
        table[kind] = [words(said, kind) == words(true, kind) for said, true in pairs]
    table["things"] = [each.everything for each in found]
    table["background"] = [said.background == true.background for said, true in pairs]
    table["everything"] = [a and b for a, b in zip(table["things"], table["background"], strict=True)]
    shares = {kind: round(sum(values) / len(values), 4) for kind, values in table.items()}
    right, wrong = (sum(each[i] for each in found) for i in (0, 1))
    return shares | {"claims": round(right / max(1, right + wrong), 4)}


def words(claims: Claims, kind: str) -> list[str]:
    return sorted(str(getattr(thing, kind)) for thing in claims.objects)


def fresh(codec: Codec) -> tuple[list[Scene], Tensor]:
    scenes: list[Scene] = []
    latents = []
    for chunk in range(FRESH.clips // CHUNK):
        some, video = draw_clips(FRESH, chunk)
        scenes += some  # type: ignore[arg-type]
        with torch.no_grad():
            latents.append(codec.encode(video))
    return scenes, torch.cat(latents)


def progress(step: int, loss: float) -> None:
    """Prints a line now and then."""
    if step % 100 == 0:
        print(f"step {step:5}  loss {loss:.3f}  {time.process_time():.0f} s of processor time", flush=True)


def sizes(codec: Codec, tokenizer: Tokenizer) -> CaptionerConfig:
    return CaptionerConfig(channels=codec.config.channels, vocabulary=len(tokenizer), width=96, heads=3)


def make_captioner(cache: LatentCache, codec_path: Path, *, steps: int) -> None:
    """Train, judge on fresh clips, and write."""
    tokenizer = Tokenizer(WORDS)
    captions = [full_caption(cache.scene(i)) for i in range(len(cache))]  # type: ignore[arg-type]
    start = time.process_time()
    network = Captioner(sizes(load_codec(codec_path)[0], tokenizer), generator=Generator().manual_seed(0))
    network = train_captioner(
        network, cache.take, captions, tokenizer, steps=steps, precision=torch.bfloat16, watch=progress
    )
    weights = network.state_dict()
    write_captioner(weights, cache, codec_path, steps=steps, seconds=time.process_time() - start)


def write_captioner(
    weights: dict[str, Tensor], cache: LatentCache, codec_path: Path, *, steps: int, seconds: float
) -> None:
    """Judge what was learnt on fresh clips, and write it with its card."""
    codec, codec_card = load_codec(codec_path)
    tokenizer = Tokenizer(WORDS)
    network = Captioner(sizes(codec, tokenizer))
    network.load_state_dict({key: value.half().float() for key, value in weights.items()})  # as they are written
    scenes, latents = fresh(codec)
    table = {
        "clips": len(scenes),
        "it": scores(scenes, said(network, tokenizer, latents)),
        "of another clip": scores(scenes, said(network, tokenizer, latents.roll(1, dims=0))),
    }
    card: Card = {
        "kind": "captioner",
        "settings": asdict(network.config),
        "codec": latents_of(codec_card),
        "command": f"python experiments/recaptioning.py captioner --steps {steps}",
        "data": [asdict(cache.clip_set)],
        "steps": steps,
        "processor_seconds": round(seconds),
        "seed": 0,
        "scores": table,
    }
    print(json.dumps(table, indent=1))
    save_checkpoint(LADDER, "captioner", {key: value.half() for key, value in weights.items()}, card)


# --- the comparison


def short_caption(scene: Scene, dice: Random) -> str:
    """What people write under pictures: little, and some of it wrong."""
    (thing,) = scene.objects
    named = {}
    for kind, words in CHOICES.items():
        word = getattr(thing, kind)
        if dice.random() < WRONG:
            word = dice.choice([each for each in words if each != word])
        named[kind] = word if dice.random() < NAMED[kind] else None
    return sentence(ObjectClaim(**named))


def counted(scenes: Sequence[Scene], captions: Sequence[str]) -> dict[str, float]:
    """Claims of a caption on average: right, wrong, left out."""
    found = [
        agreement(claims(text).objects, claims_of(scene).objects) for text, scene in zip(captions, scenes, strict=True)
    ]
    return {name: round(sum(getattr(each, name) for each in found) / len(found), 3) for name in found[0]._fields}


def learn(pictures: Tensor, captions: Sequence[str], tokenizer: Tokenizer, *, steps: int) -> DiT:
    """A small transformer that has learnt to draw pictures ``n c 1 h w`` from captions."""
    dit = DiT(
        DiTConfig(pictures.shape[1], 128, 4, 2, 64, 1, len(tokenizer), text_heads=2),
        generator=Generator().manual_seed(0),
    )
    optimizer = optimizer_for(dit)
    dice, ids = Generator().manual_seed(1), tokenizer.encode(captions)
    for step in range(steps):
        chosen = torch.randint(len(pictures), (BATCH,), generator=dice)
        t = stratified_logit_normal(BATCH, dice, mean=1.1, std=1.3)
        x0, noise = pictures[chosen], torch.randn(BATCH, *pictures.shape[1:], generator=dice)
        text = ids[chosen].clone()
        text[torch.rand(BATCH, generator=dice) < 0.1, 1:] = 0  # now and then without a caption, for guidance
        text = text[:, : int((text != 0).sum(1).max())]
        with torch.autocast("cpu", torch.bfloat16):
            loss = loss_at(video_velocity(dit, text, tuple(x0.shape[2:])), x0, noise, t.view(-1, 1, 1, 1, 1))  # type: ignore[arg-type]
        optimizer.zero_grad()
        loss.backward()
        set_learning_rate(optimizer, learning_rate_factor(step, progress=step / steps, warm_up=50))
        optimizer.step()
        progress(step, float(loss.detach()))
    return dit.eval()


@torch.no_grad()
def error(dit: DiT, ids: Tensor, x0: Tensor, noise: Tensor) -> float:
    """Mean squared error of the predicted clean pictures, over TIMES."""
    velocity = video_velocity(dit, ids, tuple(x0.shape[2:]))  # type: ignore[arg-type]
    # The clean picture is as far off as the velocity, times t.
    return sum(float(t**2 * loss_at(velocity, x0, noise, torch.tensor(t))) for t in TIMES) / len(TIMES)


def exchanged(scene: Scene, kind: str, dice: Random) -> Scene:
    """The scene with one word exchanged for a wrong one."""
    (thing,) = scene.objects
    other = dice.choice([word for word in CHOICES[kind] if word != getattr(thing, kind)])
    return replace(scene, objects=(replace(thing, **{kind: other}),))


def measure(dit: DiT, codec: Codec, tokenizer: Tokenizer, scenes: Sequence[Scene], x0: Tensor) -> dict[str, float]:
    """What the words are worth to it, on pictures that it has never seen, and whether its own pictures obey."""
    noise = torch.randn(x0.shape, generator=Generator().manual_seed(77))
    full = [full_caption(scene) for scene in scenes]
    right = error(dit, tokenizer.encode(full), x0, noise)
    table = {"error": right, "without words": error(dit, tokenizer.encode([""] * len(full)), x0, noise) - right}
    for kind in ("colour", "size", "shape"):
        dice = Random(77)
        wrong = [full_caption(exchanged(scene, kind, dice)) for scene in scenes]
        table[f"wrong {kind}"] = error(dit, tokenizer.encode(wrong), x0, noise) - right
    asked = full[:JUDGED]
    ids, some = tokenizer.encode([*asked, *[""] * len(asked)]), noise[: len(asked)]
    with torch.no_grad():
        velocity = guided(dit, ids, some, scale=3.0, seconds=0.5)
        made = sample(velocity, some, time_grid(12, shift=2.0), step=ab2)
        stills = codec.decode(made).expand(-1, -1, 9, -1, -1)
    verdicts = [judge(each.clamp(-1, 1), parse(prompt)) for each, prompt in zip(stills, asked, strict=True)]
    for kind in ("colour", "size", "shape"):
        table[f"{kind} right"] = sum(getattr(verdict, kind) for verdict in verdicts) / len(verdicts)
    return {name: round(value, 4) for name, value in table.items()}


def compare(cache: LatentCache, codec_path: Path, out: Path, *, steps: int) -> None:
    """Three runs that differ in nothing but their captions."""
    codec, codec_card = load_codec(codec_path)
    captioner, _ = load_captioner(LADDER / "captioner.safetensors", codec=codec_path, codec_card=codec_card)
    tokenizer = Tokenizer(WORDS)
    one = [i for i in range(len(cache)) if len(cache.scene(i).objects) == 1][:PICTURES]  # type: ignore[union-attr]
    scenes: list[Scene] = [cache.scene(i) for i in one]  # type: ignore[misc]
    latents = cache.take(torch.tensor(one))
    dice = Random(0)
    kinds = {
        "short, a fifth of it wrong": [short_caption(scene, dice) for scene in scenes],
        "the captioner's": said(captioner, tokenizer, latents),
        "the truth": [full_caption(scene) for scene in scenes],
    }
    new, unseen = fresh(codec)
    alone = [i for i, scene in enumerate(new) if len(scene.objects) == 1]
    table = {}
    for name, captions in kinds.items():
        start = time.process_time()
        dit = learn(latents[:, :, :1], captions, tokenizer, steps=steps)
        seconds = round(time.process_time() - start)
        found = measure(dit, codec, tokenizer, [new[i] for i in alone], unseen[alone, :, :1])
        table[name] = {"example": captions[0], **counted(scenes, captions), **found, "processor_seconds": seconds}
        print(name, json.dumps(table[name]), flush=True)
    card = {
        "command": f"python experiments/recaptioning.py compare --steps {steps}",
        "steps": steps,
        "pictures": len(one),
        "new_pictures": len(alone),
        "judged": JUDGED,
        "times": TIMES,
        "captions": table,
    }
    with replacing(out) as draft:
        draft.write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("part", choices=("captioner", "compare"))
    parser.add_argument("--steps", type=int, help="1600 for the captioner, 800 for each run of the comparison")
    parser.add_argument(
        "--latents", type=Path, default=Path("runs/latents/17x64x64-20000"), help="encoded if not there"
    )
    given = parser.parse_args(arguments)
    codec_path = shipped_folder() / "codec.safetensors"
    try:
        codec: nn.Module = load_codec(codec_path)[0]
        cache = encode_clips(given.latents, codec=codec, clip_set=CLIPS)
        if given.part == "captioner":
            make_captioner(cache, codec_path, steps=given.steps or 1600)
        else:
            compare(cache, codec_path, LADDER / "recaptioning.json", steps=given.steps or 800)
    except UserError as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
