"""Everything that minisora reads, spoiled: videos, pictures, weights and cards, latents, notebooks, tables, keys."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from hypothesis import strategies as st

from benchmarks.faults.small import CODEC, FINISHER, captioner, pipeline_in
from benchmarks.faults.strategies import Target, as_bytes, document, plain, spoiled
from minisora.checkpoint import card_path, load_checkpoint, save_checkpoint, settings_from
from minisora.codec.autoencoder import Codec, CodecConfig
from minisora.course.grading.classroom import mark_class
from minisora.course.grading.grade import grade
from minisora.course.studio.memory import Memory
from minisora.course.studio.order import Order, Piece
from minisora.edits import fit_picture, read_storyboard
from minisora.evaluation.suite import evaluate
from minisora.networks import load_captioner
from minisora.pipeline import Pipeline
from minisora.provenance import Keys, make_test_key, verify
from minisora.training.footage import cut_videos, encode_footage
from minisora.training.latents import ClipSet, LatentCache, encode_clips
from minisora.training.report import RunLog
from minisora.training.settings import precision_held
from minisora.training.state import LAST, newest_state
from minisora.video import read_video, save_video
from minisora.worlds.folder import FolderWorld

BOARD = "0-2: a red circle moves right\n2-4 s: a blue square bounces # a remark\n"
TABLE = "file_name,caption\nclip.mp4,a red circle\n"


def readers(folder: Path) -> dict[str, Target]:
    """A strategy of files for each reader, and what is done with each."""
    torch.manual_seed(0)
    (folder / "hostile").mkdir()
    return {**_videos(folder), **_weights(folder), **_training(folder), **_course(folder), **_signed(folder)}


def _with(place: Path, reading: Callable[[], object]) -> Callable[[bytes], object]:
    """Writes what it is given to ``place``, and reads that."""

    def call(content: bytes) -> object:
        place.write_bytes(content)
        return reading()

    return call


def _videos(folder: Path) -> dict[str, Target]:
    clip = torch.rand(3, 5, 16, 16) * 2 - 1
    endings = ("mp4", "webm", "gif", "png")
    files = {ending: save_video(clip, folder / f"clip.{ending}").read_bytes() for ending in endings}
    pipeline = pipeline_in(folder / "fitting")
    own = folder / "hostile" / "mine"
    own.mkdir()
    (own / "clip.mp4").write_bytes(files["mp4"])
    board, table, text = folder / "hostile" / "board.txt", own / "metadata.csv", own / "clip.txt"
    lines = own / "metadata.jsonl"
    row = json.dumps({"file_name": "clip.mp4", "caption": "a red circle"}).encode()

    def listed(place: Path) -> Callable[[bytes], object]:
        def call(content: bytes) -> object:
            place.write_bytes(content)
            try:
                return FolderWorld(own).entries
            finally:
                place.unlink()

        return call

    return {
        **{
            f"read_video {e}": (
                spoiled(files[e]),
                _with(place, lambda place=place: read_video(place, fps=8, frames=9)),
            )
            for e in endings
            for place in [folder / f"hostile.{e}"]
        },
        "fit_picture": (
            spoiled(files["png"]),
            _with(folder / "picture.png", lambda: fit_picture(folder / "picture.png", pipeline, tell=str)),
        ),
        "read_storyboard": (
            st.one_of(spoiled(BOARD.encode()), st.text().map(lambda t: t.encode("utf-8", "surrogatepass"))),
            _with(board, lambda: read_storyboard(board)),
        ),
        "captions in a table": (spoiled(TABLE.encode()), listed(table)),
        "captions in jsonl": (document(row), listed(lines)),
        "caption beside a video": (spoiled(b"a red circle"), listed(text)),
    }


def _weights(folder: Path) -> dict[str, Target]:
    weights = save_checkpoint(
        folder / "w", "codec", Codec(CODEC).state_dict(), {"kind": "codec", "settings": asdict(CODEC)}
    )
    whole, card = weights.read_bytes(), card_path(weights).read_bytes()
    copy = folder / "hostile" / "codec.safetensors"
    place = folder / "hostile" / "pipeline"
    pipeline_in(place)
    says = captioner(place)

    def load(content: bytes, about: bytes) -> object:
        copy.write_bytes(content)
        card_path(copy).write_bytes(about)
        return load_checkpoint(copy, kind="codec")

    def instead(name: str, reading: Callable[[], object]) -> Target:
        whole = (place / name).read_bytes()

        def call(content: bytes) -> object:
            (place / name).write_bytes(content)
            try:
                return reading()
            finally:
                (place / name).write_bytes(whole)

        return document(whole) if name.endswith("json") else spoiled(whole), call

    def pipeline() -> object:
        return Pipeline.load(place, device="cpu")

    def caption() -> object:
        _, codec_card = load_checkpoint(place / "codec.safetensors")
        return load_captioner(says, codec=place / "codec.safetensors", codec_card=codec_card)

    names = ("codec.json", "text-to-video.json", "planner.json", f"{FINISHER}.json", f"{FINISHER}.safetensors")
    return {
        "load_checkpoint weights": (spoiled(whole), lambda b: load(b, card)),
        "load_checkpoint card": (document(card), lambda b: load(whole, b)),
        "settings_from": (plain, lambda v: settings_from(CodecConfig, v, source=weights)),
        **{f"Pipeline.load {name}": instead(name, pipeline) for name in names},
        "load_captioner card": instead("captioner.json", caption),
        "load_captioner weights": instead("captioner.safetensors", caption),
    }


def _training(folder: Path) -> dict[str, Target]:
    codec = Codec(CODEC)
    encode_clips(folder / "latents", codec=codec, clip_set=ClipSet(clips=3, frames=1, height=16, width=16))
    manifest = next((folder / "latents").glob("manifest.json")).read_bytes()
    scenes = next((folder / "latents").rglob("*.jsonl")).read_bytes()
    run = folder / "hostile" / "run"
    run.mkdir()
    log = run / "marks.jsonl"
    torch.save({"step": 1}, run / LAST)
    state = (run / LAST).read_bytes()
    (folder / "own").mkdir()
    save_video(torch.zeros(3, 5, 16, 16), folder / "own" / "clip.mp4")

    def cut() -> object:
        world = FolderWorld(folder / "own", frames=5, height=16, width=16)
        return encode_footage(cut_videos(world, folder / "cut", most_words=9), codec=codec)

    cut()
    kept = {len(path.name): path for path in (folder / "cut").glob("*.npy")}
    shorter, longer = (kept[length] for length in sorted(kept))

    def cached(content: bytes, which: str) -> object:
        shutil.rmtree(folder / "broken", ignore_errors=True)
        broken = Path(shutil.copytree(folder / "latents", folder / "broken"))
        next(broken.rglob(which)).write_bytes(content)
        cache = LatentCache(broken)
        return cache.take(torch.arange(len(cache))), cache.scene(0)

    def held() -> object:
        (run / LAST).write_bytes(state)
        return precision_held(run, "cpu")

    def judged() -> object:
        return evaluate([], log=log)

    return {
        "latents manifest": (document(manifest), lambda b: cached(b, "manifest.json")),
        "latents scenes": (document(scenes), lambda b: cached(b, "*.jsonl")),
        "settings of a run": (document(b'{"machine": {"precision": "32-true"}}'), _with(run / "settings.json", held)),
        "metrics of a run": (
            spoiled(b"step,name,value\n1,loss,2.5\n2,loss,2.25\n"),
            _with(run / "metrics.csv", lambda: RunLog(run, step=1).close()),
        ),
        "judged clips": (spoiled(b'[["", "small", 0], {"shape": true}]\n') | plain.map(as_bytes), _with(log, judged)),
        "state of a run": (st.binary(max_size=90) | spoiled(state), _with(run / LAST, lambda: newest_state(run))),
        "cut videos": (spoiled(shorter.read_bytes()), _with(shorter, cut)),
        "encoded videos": (spoiled(longer.read_bytes()), _with(longer, cut)),
    }


def _course(folder: Path) -> dict[str, Target]:
    book = {"cells": [_cell("def patchify(x):\n    return x")], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    notebook, class_ = folder / "hostile.ipynb", folder / "class"
    class_.mkdir()
    kept = Memory(folder / "studio", 1)
    kept.keep(Piece(Order("a red circle"), _clip(), 1.0))
    piece = next((folder / "studio").glob("*.safetensors"))
    card = {"exercises": [], "state": "1"}
    (class_ / "anna.ipynb").write_text(json.dumps({**book, "cells": []}))

    def marked_again(content: bytes) -> object:
        (class_ / "cards").mkdir(exist_ok=True)
        (class_ / "cards" / "anna.json").write_bytes(content)
        return list(mark_class("02", class_, cards=class_ / "cards")[1])

    return {
        # An empty notebook, or one without known exercises, starts no process.
        "grade": (document(json.dumps(book).encode()), _with(notebook, lambda: grade("02", notebook))),
        "score cards": (document(as_bytes(card)), marked_again),
        "Studio pieces": (spoiled(piece.read_bytes()), _with(piece, kept.pieces)),
        "Studio draft": (document(b'{"power": "words", "marks": {}}'), _with(folder / "studio/draft.json", kept.noted)),
    }


def _signed(folder: Path) -> dict[str, Target]:
    keys, chain, root = make_test_key(folder / "keys")
    bundle, trusted = folder / "hostile" / "bundle.pem", folder / "hostile" / "root.pem"
    both = keys.read_bytes() + chain.read_bytes()
    clip = pipeline_in(folder / "signing").generate("a red circle", seconds=0.5, size=(16, 16))
    places = [folder / f"signed.{ending}" for ending in ("mp4", "png")]
    signed = {place.suffix[1:]: clip.save(place, sign=folder / "keys").read_bytes() for place in places}
    return {
        **{
            f"verify {ending}": (spoiled(content), _with(place, lambda place=place: verify(place)))
            for ending, content in signed.items()
            for place in [folder / "hostile" / f"signed.{ending}"]
        },
        "verify --trust": (
            spoiled(root.read_bytes()),
            _with(trusted, lambda: verify(folder / "signed.png", trust=trusted)),
        ),
        "Keys.load": (spoiled(both), _with(bundle, lambda: Keys.load(bundle))),
    }


def _clip() -> Any:
    from minisora.clip import Clip

    return Clip.of(torch.zeros(3, 5, 16, 16), fps=8.0, prompt="a red circle")


def _cell(source: str) -> dict[str, Any]:
    return {"cell_type": "code", "id": "a", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
