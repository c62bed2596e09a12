"""The exercise `diagnose_provenance`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any, NamedTuple

from minisora.course.checks.exercise import Exercise, Mistake, Solution, finding

CAUSES = (
    "the pictures are not hashed",
    "the head of the file is not hashed",
    "the statement is not signed",
    "nobody asks whether the signer is trusted",
    "no claim counts as a good one",
    "the hash covers the place of the claim",
)

KEYS = {"studio": b"the studio's key", "stranger": b"a stranger's key"}  #: What a signature is checked with.
TRUSTED = ("studio",)


class File(NamedTuple):
    """A head, a claim (or None) in its place, and pictures."""

    head: bytes
    claim: dict[str, Any] | None
    pictures: bytes


class Setup(NamedTuple):
    """What a program hashes, signs, and asks."""

    hashed: Callable[[File], bytes] = lambda file: file.head + file.pictures
    signed: Callable[[dict[str, Any]], dict[str, Any]] = lambda claim: claim
    trusted: bool = True
    missing: bool = False


#: Programs that sign and verify, each broken in another way.
PATIENTS: dict[str, Setup] = {
    "A": Setup(signed=lambda claim: {"digest": claim["digest"], "signer": claim["signer"]}),
    "B": Setup(missing=True),
    "C": Setup(hashed=lambda file: file.head),
    "D": Setup(hashed=lambda file: file.head + repr(file.claim).encode() + file.pictures),
    "E": Setup(trusted=False),
}

TRUTH = {"A": CAUSES[2], "B": CAUSES[4], "C": CAUSES[0], "D": CAUSES[5], "E": CAUSES[3]}


def signed_by(setup: Setup, file: File, signer: str) -> File:
    """The file with a claim."""
    claim = {"source": "generated", "signer": signer, "digest": hashlib.sha256(setup.hashed(file)).hexdigest()}
    return file._replace(claim={**claim, "signature": _signature(setup, claim)})


def accepted(setup: Setup, file: File) -> bool:
    """Whether a program says that all is well with a file."""
    if file.claim is None:
        return setup.missing
    claim = {key: value for key, value in file.claim.items() if key != "signature"}
    known = not setup.trusted or claim["signer"] in TRUSTED
    right = hashlib.sha256(setup.hashed(file)).hexdigest() == claim["digest"]
    return known and right and _signature(setup, claim) == file.claim["signature"]


def _signature(setup: Setup, claim: dict[str, Any]) -> str:
    said = json.dumps(setup.signed(claim), sort_keys=True).encode()
    return hmac.new(KEYS[claim["signer"]], said, "sha256").hexdigest()


def operate(setup: Setup) -> dict[str, bool]:
    """What is done to a file, and whether the program accepts it then. A sound one accepts the first alone."""
    file = File(b"head", None, b"pictures of a circle")
    good = signed_by(setup, file, "studio")
    assert good.claim is not None
    return {
        "as it was signed": accepted(setup, good),
        "other pictures": accepted(setup, good._replace(pictures=b"pictures of a square")),
        "another head": accepted(setup, good._replace(head=b"Head")),
        "'a camera made it'": accepted(setup, good._replace(claim={**good.claim, "source": "camera"})),
        "signed by a stranger": accepted(setup, signed_by(setup, file, "stranger")),
        "claim taken out": accepted(setup, file),
    }


def diagnose_provenance(patient: str) -> str:
    """What is wrong with the program ``patient``, "A" to "E": one of ``CAUSES``."""
    return TRUTH[patient]


def _wrongly(**answers: int) -> Solution:
    wrong = {**TRUTH, **{patient: CAUSES[cause] for patient, cause in answers.items()}}
    return lambda patient: wrong[patient]


DIAGNOSE_PROVENANCE = Exercise(
    name="diagnose_provenance",
    reference=diagnose_provenance,
    cases=tuple(finding(f"patient {name}", lambda f, name=name: f(name), TRUTH[name], CAUSES) for name in PATIENTS),
    mistakes=(
        Mistake(
            "A trusts everybody",
            _wrongly(A=3),
            "A refuses a stranger's signature. What it accepts is another statement under a good signature",
        ),
        Mistake(
            "A and E swapped",
            _wrongly(A=3, E=2),
            "A and E are the other way round: which of them lets a statement be rewritten, and which lets "
            "anybody sign?",
        ),
        Mistake(
            "A does not hash",
            _wrongly(A=0),
            "A notices other pictures. Which of its answers is one that a sound program would not give?",
        ),
        Mistake(
            "B trusts everybody",
            _wrongly(B=3),
            "B refuses a stranger. It accepts a file in which there is nothing to check at all",
        ),
        Mistake(
            "B and E swapped",
            _wrongly(B=3, E=4),
            "B and E are the other way round: which one accepts a file without any claim?",
        ),
        Mistake(
            "C hashes pictures",
            _wrongly(C=1),
            "C notices another head, so the head is hashed. What does it not notice?",
        ),
        Mistake(
            "C does not sign",
            _wrongly(C=2),
            "C notices another statement, so that is signed. Other pictures go through: what is missing in the hash?",
        ),
        Mistake(
            "D does not hash",
            _wrongly(D=0),
            "D hashes too much rather than too little: it refuses even the file as it was signed. What is there in the "
            "file that was not there when the hash was made?",
        ),
        Mistake(
            "D signs nothing",
            _wrongly(D=2),
            "D refuses everything, even the good file. An unsigned statement would make it accept more, not less",
        ),
        Mistake(
            "E counts no claim",
            _wrongly(E=4),
            "E refuses a file without a claim. Whose claim does it accept?",
        ),
    ),
    alternatives=(lambda patient: {name: TRUTH[name] for name in sorted(TRUTH, reverse=True)}.get(patient),),
    hints=(
        "A sound program accepts the file as it was signed, and nothing else. For each patient, find the answer that "
        "is wrong.",
        "One refuses even the good file: something in it has changed since the hash was made, and had to.",
        "For the others the row names what is not looked at: pictures, statement, signer, or the claim itself.",
    ),
    becomes="minisora/course/exercises/c17_responsible/diagnose_provenance.py",
    minutes=8,
    difficulty=1,
    points=2,
    trains=False,
)
