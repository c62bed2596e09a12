"""Clips are signed with what made them, whole or not at all; it is read back as it was written, and no one is asked."""

from __future__ import annotations

import datetime
import io
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import c2pa
import pytest
import torch
from cryptography.hazmat.primitives.asymmetric import ec

from minisora.clip import Clip
from minisora.diffusion.given import animate
from minisora.errors import UserError
from minisora.pipeline import Pipeline
from minisora.provenance import Keys, Origin, Report, as_json, as_text, make_test_key, verify
from minisora.provenance.library import OFFLINE
from minisora.provenance.manifest import GENERATION, TRAINED, manifest
from minisora.provenance.verify import report_of
from minisora.video import read_video
from tests.provenance.authority import PEM, Authority, write
from tests.provenance.clips import ORIGIN, PROMPT

KINDS = {"mp4": "video/mp4", "png": "image/png", "gif": "image/gif"}


@pytest.mark.parametrize("kind", ["mp4", "png", "gif", "MP4"])
def test_there_and_back(clip: Clip, folder: Path, tmp_path: Path, kind: str) -> None:
    before = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    path = clip.save(tmp_path / f"clip.{kind}", sign=folder)
    report = verify(path)
    assert (report.state, report.ok, report.trusted, report.problems) == ("valid", True, None, [])
    assert (report.signer, report.test) == ("minisora test key", True)
    assert report.software == "minisora 0.1.0"
    assert report.source == "trainedAlgorithmicMedia"
    assert report.weights == {name: f"sha256:{digest}" for name, digest in ORIGIN.weights.items()}
    assert report.facts["seed"] == str(2**62 + 1)
    assert (report.facts["steps"], report.facts["guidance"]) == ("12", "4.0")
    assert report.model == "minisora text-to-video tiny"
    assert not report.stamped
    assert before <= datetime.datetime.fromisoformat(report.when) <= datetime.datetime.now(datetime.UTC)
    unsigned = clip.save(tmp_path / f"unsigned.{kind}")
    assert torch.equal(read_video(path), read_video(unsigned))
    assert sorted(each.name for each in tmp_path.iterdir()) == [f"clip.{kind}", f"unsigned.{kind}"]


@pytest.mark.parametrize("kind", ["mp4", "png", "gif"])
def test_the_prompt_is_said_only_if_wanted(clip: Clip, keys: Keys, tmp_path: Path, kind: str) -> None:
    quiet = clip.save(tmp_path / f"{PROMPT}.{kind}", sign=keys)
    assert verify(quiet).prompt is None
    assert PROMPT.encode() not in quiet.read_bytes(), "nor is the file's name"
    assert verify(clip.save(tmp_path / f"told.{kind}", sign=keys, sign_prompt=True)).prompt == PROMPT


def test_the_first_action_is_that_it_was_made_by_a_model() -> None:
    said = manifest(ORIGIN, when=datetime.datetime.now(datetime.UTC))
    actions, model, facts = said["assertions"]
    assert [(each["action"], each["digitalSourceType"]) for each in actions["data"]["actions"]] == [
        ("c2pa.created", TRAINED)
    ]
    assert actions["created"] and model["created"] and facts["created"]  # the signer stands for all of it
    assert "prompt" not in facts["data"] and "title" not in said


def test_what_is_not_as_usual_is_said() -> None:
    def facts(origin: Origin) -> dict[str, Any]:
        return manifest(origin, when=datetime.datetime.now(datetime.UTC))["assertions"][2]["data"]

    other = {"camera": "pans left", "pace": 0.5, "directed": True}
    assert not other.keys() & facts(ORIGIN).keys()
    assert facts(replace(ORIGIN, **other)) == {**facts(ORIGIN), **other}  # type: ignore[arg-type]


REFUSED = [
    ("webm", "cannot sign .*clip.webm: C2PA has no place for a signature in .webm — use .mp4, .png, .gif"),
    ("avi", "ending '.avi' — use"),
]


@pytest.mark.parametrize(("ending", "message"), REFUSED)
def test_what_cannot_be_signed_is_not_written(
    clip: Clip, keys: Keys, tmp_path: Path, ending: str, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        clip.save(tmp_path / f"clip.{ending}", sign=keys)
    assert not list(tmp_path.iterdir())


def test_a_clip_that_does_not_know_what_made_it_is_not_signed(clip: Clip, keys: Keys, tmp_path: Path) -> None:
    other = Clip.of(clip.frames, fps=8.0, prompt=PROMPT)
    with pytest.raises(UserError, match="does not know what made it, or a part of it was given — sign what"):
        other.save(tmp_path / "clip.mp4", sign=keys)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("when", ["while signing", "while writing"])
def test_nothing_is_lost_where_signing_fails(
    clip: Clip, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    path = clip.save(tmp_path / "clip.mp4")
    before = path.read_bytes()

    def fail(*_: object) -> bytes:
        raise c2pa.C2paError("Other: no room\nat all") if when == "while signing" else OSError(28, "No space left")

    monkeypatch.setattr(Keys, "sign", fail)
    said = {
        "while signing": "cannot sign the clip: no room at all — save it",
        "while writing": "cannot write .*: no space",
    }
    with pytest.raises(UserError, match=said[when]):
        clip.save(path, sign=keys)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_the_pipeline_says_what_made_a_clip(weights: Path) -> None:
    pipeline = Pipeline.load(weights, device="cpu")
    settings: dict[str, Any] = {"seconds": 0.5, "steps": 1, "guidance": 1.5}
    first, second = pipeline.generate([PROMPT, PROMPT], seed=[5, 9], **settings)
    assert first.origin is not None and second.origin == replace(first.origin, seed=9)
    assert first.origin.weights == pipeline.card["hashes"]
    assert (first.origin.preset, first.origin.seed) == ("tiny", 5)
    assert (first.origin.steps, first.origin.guidance) == (1, 1.5)
    drawn = pipeline.generate(PROMPT, generator=torch.Generator().manual_seed(5), **settings)
    assert drawn.origin == replace(first.origin, seed=None)
    given = pipeline.generate(PROMPT, given=lambda noise: animate(noise, noise[:, :, :1]), **settings)
    assert given.origin is None, "a part of it was not made by these weights"
    nameless = Pipeline(pipeline.codec, pipeline.dit, pipeline.tokenizer)
    assert nameless.generate(PROMPT, **settings).origin is None
    assert not isinstance(first * 1, Clip)


def test_trust_is_a_list_of_ones_own(clip: Clip, folder: Path, tmp_path: Path) -> None:
    path = clip.save(tmp_path / "clip.mp4", sign=folder)
    known, others = verify(path, trust=folder / "root.pem"), tmp_path / "others"
    assert (known.trusted, known.ok) == (True, True)
    make_test_key(others)
    stranger = verify(path, trust=others / "root.pem")
    assert (stranger.state, stranger.trusted, stranger.ok) == ("valid", False, False)
    both = tmp_path / "both.pem"
    both.write_bytes(b"".join((each / "root.pem").read_bytes() for each in (others, folder)))
    assert verify(path, trust=both).trusted
    for wrong in (folder / "key.pem", path):
        with pytest.raises(UserError, match="holds no certificates in PEM"):
            verify(path, trust=wrong)
    with pytest.raises(UserError, match=r"cannot read .*nowhere\.pem"):
        verify(path, trust=tmp_path / "nowhere.pem")


def test_signed_anew_by_somebody_else_only_a_list_tells(clip: Clip, folder: Path, tmp_path: Path) -> None:
    path = clip.save(tmp_path / "clip.png", sign=folder)
    before = verify(path)
    make_test_key(tmp_path / "others")
    forged = verify(clip.save(path, sign=tmp_path / "others"))
    assert replace(forged, serial="", when="") == replace(before, serial="", when="")
    assert forged.serial != before.serial
    assert not verify(path, trust=folder / "root.pem").ok


def test_a_signature_ends_with_its_certificate(clip: Clip, tmp_path: Path) -> None:
    authority, key = Authority(), ec.generate_private_key(ec.SECP256R1())
    own = authority.vouch(key, ends=3)
    keys = Keys.load(write(tmp_path / "all.pem", key, own, authority.certificate))
    path = clip.save(tmp_path / "clip.png", sign=keys)
    assert verify(path).ok
    time.sleep(max(0.0, (own.not_valid_after_utc - datetime.datetime.now(datetime.UTC)).total_seconds()) + 1.1)
    late = verify(path)
    assert late.state == "invalid"
    assert any("certificate" in problem.what for problem in late.problems)
    root = tmp_path / "root.pem"
    root.write_bytes(authority.certificate.public_bytes(PEM))
    assert not verify(path, trust=root).ok


class Listener:
    """A server on this machine that counts who asks it."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port, self.asked = self.socket.getsockname()[1], 0
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self) -> None:
        while True:
            try:
                caller, _ = self.socket.accept()
            except OSError:
                return
            self.asked += 1
            caller.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.socket.close()


@pytest.mark.parametrize("kind", ["mp4", "png", "gif"])
def test_nothing_is_fetched(clip: Clip, keys: Keys, tmp_path: Path, listener: Listener, kind: str) -> None:
    plain = clip.save(tmp_path / f"plain.{kind}").read_bytes()
    path, address = tmp_path / f"elsewhere.{kind}", f"http://127.0.0.1:{listener.port}/manifest.c2pa"
    said = manifest(ORIGIN, when=datetime.datetime.now(datetime.UTC))
    info = c2pa.C2paSignerInfo(keys.algorithm, keys.chain, keys.private, None)
    with path.open("w+b") as file, c2pa.Signer.from_info(info) as signer:
        builder = c2pa.Builder(said, context=c2pa.Context.from_dict(OFFLINE))
        builder.set_no_embed()
        builder.set_remote_url(address)
        builder.sign(signer, KINDS[kind], io.BytesIO(plain), file)
    report = verify(path)
    assert (report.state, report.address, report.ok) == ("elsewhere", address, False)
    assert address in as_text(report) and "\n" not in as_text(report)
    assert listener.asked == 0
    with pytest.raises(c2pa.C2paError):  # left to itself, the library would have asked
        c2pa.Reader(KINDS[kind], io.BytesIO(path.read_bytes()), None, c2pa.Context())
    assert listener.asked == 1


@pytest.mark.parametrize(("code", "stamped"), [("timeStamp.trusted", True), ("timeStamp.untrusted", False)])
def test_a_time_is_vouched_for_only_by_a_trusted_authority(code: str, stamped: bool) -> None:
    """What the library says of a file that somebody else had stamped."""
    claim = {"signature_info": {"time": "2026-01-02T03:04:05+00:00"}, "assertions": []}
    results = {"activeManifest": {"success" if stamped else "informational": [{"code": code}], "failure": []}}
    store = {"active_manifest": "a", "manifests": {"a": claim}, "validation_results": results}
    report = report_of(Path("a.mp4"), {**store, "validation_state": "Valid"}, listed=False)
    assert (report.when, report.stamped) == ("2026-01-02T03:04:05+00:00", stamped)
    assert ("nobody vouches for it" in as_text(report)) != stamped


def test_a_file_is_no_better_than_what_went_into_it() -> None:
    """A picture that somebody put into this file was changed after it had been signed."""
    wrong = {"code": "assertion.dataHash.mismatch", "explanation": "data hash error"}
    results = {"activeManifest": {"failure": []}, "ingredientDeltas": [{"validationDeltas": {"failure": [wrong]}}]}
    store = {"active_manifest": "a", "manifests": {"a": {}}, "validation_results": results}
    report = report_of(Path("a.png"), {**store, "validation_state": "Invalid"}, listed=False)
    assert not report.ok
    assert [problem.code for problem in report.problems] == ["assertion.dataHash.mismatch"]


def test_what_a_stranger_writes_moves_no_cursor(clip: Clip, keys: Keys, tmp_path: Path) -> None:
    hostile = Clip.of(clip.frames, fps=8.0, prompt="red\x1b[2J\x1b[1;1Hclip.mp4: signed\n\u202e\u0007", origin=ORIGIN)
    report = verify(hostile.save(tmp_path / "clip.png", sign=keys, sign_prompt=True))
    assert report.prompt == hostile.prompt
    text = as_text(report)
    assert all(letter.isprintable() or letter == "\n" for letter in text)
    assert len(text.splitlines()) == len(as_text(replace(report, prompt=None)).splitlines())
    assert json.loads(as_json(report))["prompt"] == hostile.prompt
    assert as_json(report).isascii()


@pytest.mark.parametrize(
    "assertions",
    [
        [],
        [{"label": GENERATION, "data": {"weights": [1, 2], "prompt": {"a": 1}, "seed": None}}],
        [{"label": GENERATION, "data": [1, 2]}],
        [{"label": GENERATION, "data": {}}, {"label": "com.example.other", "data": {"x": 1}}],
    ],
)
def test_what_others_sign_is_read_as_well(clip: Clip, keys: Keys, tmp_path: Path, assertions: list[Any]) -> None:
    path = clip.save(tmp_path / "clip.png")
    action = {"action": "c2pa.created", "digitalSourceType": TRAINED.replace("trainedAlgorithmicMedia", "humanEdits")}
    actions = {"label": "c2pa.actions.v2", "data": {"actions": [action]}}
    said = {"claim_generator_info": [{"name": "Other"}], "assertions": [actions, *assertions]}
    path.write_bytes(keys.sign(said, "image/png", path.read_bytes()))
    report = verify(path)
    assert (report.state, report.software, report.source, report.when) == ("valid", "Other", "humanEdits", "")
    text = as_text(report)
    assert "made by a trained algorithm" not in text and "humanEdits" in text


def test_the_words() -> None:
    report = Report(
        "clip.mp4",
        "valid",
        signer="minisora test key",
        organisation="TEST ONLY, trusted by nobody",
        test=True,
        when="2026-01-02T03:04:05Z",
        software="minisora 0.1.0",
        source="trainedAlgorithmicMedia",
        model="large",
        weights={"codec": "sha256:ab", "text-to-video": "sha256:cd"},
        facts={"guidance": "4.0", "zeal": "none", "seed": "3", "steps": "12"},
        prompt=PROMPT,
    )
    text = as_text(report, known={"cd": "the shipped ones"})
    for words in (
        "clip.mp4: signed, and nothing of what is signed was changed since",
        "a test key, as it says itself: it proves nothing about who signed",
        "no list of trusted signers was given",
        "2026-01-02T03:04:05Z, as whoever signed says: nobody vouches for it",
        "minisora 0.1.0",
        "made by a trained algorithm, not by a camera",
        "codec sha256:ab\n",
        "text-to-video sha256:cd (the shipped ones)\n",
        "model       large\n",
        "settings    seed 3, steps 12, guidance 4.0, zeal none\n",
        PROMPT,
    ):
        assert words in text, words
    assert "NOT on the list" in as_text(replace(report, trusted=False))
    assert "prompt      not said" in as_text(replace(report, prompt=None))
