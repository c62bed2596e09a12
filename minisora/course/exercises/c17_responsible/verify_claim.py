"""The exercise `verify_claim`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

from minisora.audit.claim import CLAIM_CHANGED, CONTENT_CHANGED, VALID, make_claim, statement, verify_claim
from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution, finding

CHOICES = (VALID, CLAIM_CHANGED, CONTENT_CHANGED)
KEY, CONTENT, SLOT = b"a secret of 1 clip", b"head of the file|................|pictures, and more pictures", (17, 33)
CLAIM = make_claim(CONTENT, {"source": "trainedAlgorithmicMedia", "seed": 3}, KEY, excluded=SLOT)


def _changed(at: int, content: bytes = CONTENT) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def _asked(says: str, right: str, content: bytes = CONTENT, key: bytes = KEY, **other: Any) -> Case:
    return finding(says, lambda f: f(content, {**json.loads(json.dumps(CLAIM)), **other}, key), right, CHOICES)


def _digest_of(hashed: Callable[[bytes, int, int], bytes]) -> dict[str, Any]:
    """A claim that was rightly signed, with a digest of something else than the content without the excluded bytes."""
    claim = {**CLAIM, "digest": hashlib.sha256(hashed(CONTENT, *SLOT)).hexdigest()}
    return {**claim, "signature": _sign(claim, KEY)}


def _sign(claim: dict[str, Any], key: bytes) -> str:
    return hmac.new(key, statement(claim), "sha256").hexdigest()


def _left_out(content: bytes, start: int, stop: int) -> bytes:
    return content[:start] + content[stop:]


def _whole(content: bytes, start: int, stop: int) -> bytes:
    return content


def _inside(content: bytes, start: int, stop: int) -> bytes:
    return content[start:stop]


def _after(content: bytes, start: int, stop: int) -> bytes:
    return content[stop:]


def _before(content: bytes, start: int, stop: int) -> bytes:
    return content[:start]


def _zeros(content: bytes, start: int, stop: int) -> bytes:
    return content[:start] + bytes(stop - start) + content[stop:]


def _one_more(content: bytes, start: int, stop: int) -> bytes:
    return content[:start] + content[stop + 1 :]


def _one_less(content: bytes, start: int, stop: int) -> bytes:
    return content[:start] + content[stop - 1 :]


def _length(content: bytes, start: int, stop: int) -> bytes:
    return content[:start] + content[start + stop :]


def _without_key(claim: dict[str, Any], key: bytes) -> str:
    return hashlib.sha256(statement(claim)).hexdigest()


def _sign_facts(claim: dict[str, Any], key: bytes) -> str:
    return hmac.new(key, json.dumps(claim["facts"]).encode(), "sha256").hexdigest()


def _verified(
    *,
    signature: Callable[[dict[str, Any], bytes], str] = _sign,
    hashed: Callable[[bytes, int, int], bytes] = _left_out,
    ask_claim: bool = True,
    ask_content: bool = True,
    claim_first: bool = True,
) -> Solution:
    """A verifier with these habits."""

    def solution(content: bytes, claim: dict[str, Any], key: bytes) -> str:
        signed = not ask_claim or signature(claim, key) == claim["signature"]
        start, stop = claim["excluded"]
        same = not ask_content or hashlib.sha256(hashed(content, start, stop)).hexdigest() == claim["digest"]
        if not claim_first and not same:
            return CONTENT_CHANGED
        if not signed:
            return CLAIM_CHANGED
        return VALID if same else CONTENT_CHANGED

    return solution


def _by_updates(content: bytes, claim: dict[str, Any], key: bytes) -> str:
    sealed = hmac.new(key, digestmod=hashlib.sha256)
    sealed.update(statement(claim))
    if sealed.digest() != bytes.fromhex(claim["signature"]):
        return "the claim was changed"
    hashed, (start, stop) = hashlib.sha256(), claim["excluded"]
    hashed.update(memoryview(content)[:start])
    hashed.update(memoryview(content)[stop:])
    return "valid" if hashed.digest().hex() == claim["digest"] else "the content was changed"


VERIFY_CLAIM = Exercise(
    name="verify_claim",
    reference=verify_claim,
    cases=(
        _asked("a file as it was signed", VALID),
        _asked(
            "the claim written into its place, as it must be", VALID, CONTENT[:17] + b"{a whole claim!}" + CONTENT[33:]
        ),
        _asked("a bit of the pictures", CONTENT_CHANGED, _changed(40)),
        _asked("a bit of the head", CONTENT_CHANGED, _changed(2)),
        _asked("the first byte after the claim's place", CONTENT_CHANGED, _changed(33)),
        _asked("the last byte before the claim's place", CONTENT_CHANGED, _changed(16)),
        _asked("'a camera made it'", CLAIM_CHANGED, facts={"source": "digitalCapture", "seed": 3}),
        _asked("another range left out, up to the end", CLAIM_CHANGED, excluded=[17, len(CONTENT)]),
        _asked(
            "other pictures, and a claim with their digest but the old signature",
            CLAIM_CHANGED,
            _changed(40),
            digest=hashlib.sha256(_left_out(_changed(40), *SLOT)).hexdigest(),
        ),
        _asked("other pictures and other facts", CLAIM_CHANGED, _changed(40), facts={"source": "digitalCapture"}),
        *(
            _asked(f"a rightly signed claim whose digest is of {what}", CONTENT_CHANGED, **_digest_of(hashed))
            for what, hashed in (
                ("the whole file", _whole),
                ("the excluded bytes", _inside),
                ("what comes after them", _after),
                ("what comes before them", _before),
                ("a file with zeros there", _zeros),
                ("one byte too few", _one_more),
                ("one byte too many", _one_less),
                ("what is left after a start and a length", _length),
            )
        ),
        _asked("a claim whose facts alone were signed", CLAIM_CHANGED, signature=_sign_facts(CLAIM, KEY)),
        _asked("a hash of the statement in place of a signature", CLAIM_CHANGED, signature=_without_key(CLAIM, KEY)),
        _asked("the key of somebody else", CLAIM_CHANGED, key=b"another key"),
    ),
    mistakes=(
        Mistake(
            "digest only",
            _verified(ask_claim=False),
            "you never look at the signature: anybody can write another claim with a digest that fits",
        ),
        Mistake(
            "signature only",
            _verified(ask_content=False),
            "the claim is as it was signed, but is it about *this* content? Compare its digest with the content's",
        ),
        Mistake(
            "all is hashed",
            _verified(hashed=_whole),
            "you hash the whole file, with the place where the claim stands: it was empty when the digest was made. "
            "Leave the excluded bytes out",
        ),
        Mistake(
            "only the excluded is hashed",
            _verified(hashed=_inside),
            "you hash what is excluded: all else is to be hashed",
        ),
        Mistake(
            "the head is forgotten",
            _verified(hashed=_after),
            "you hash only what comes after the claim's place: what comes before it belongs to the content as well",
        ),
        Mistake(
            "the end is forgotten",
            _verified(hashed=_before),
            "you hash only what comes before the claim's place: the pictures come after it",
        ),
        Mistake(
            "zeros instead",
            _verified(hashed=_zeros),
            "you put zeros into the claim's place: it is left out, and the file shorter by it",
        ),
        Mistake(
            "stop is excluded as well",
            _verified(hashed=_one_more),
            "the excluded range ends before `stop`, as slices do: the byte at `stop` is hashed",
        ),
        Mistake(
            "stop is one too far",
            _verified(hashed=_one_less),
            "you hash one byte of the claim's place: the content goes on *at* `stop`, as slices do",
        ),
        Mistake(
            "a length",
            _verified(hashed=_length),
            "you take the second number for a length: the excluded range has a start and a *stop*",
        ),
        Mistake(
            "no claim is right",
            lambda content, claim, key: CLAIM_CHANGED,
            "you refuse every claim, even the one that is as it was signed. Print your signature beside the claim's: "
            "are both letters (hexadecimal), is it the key that comes first, and `statement(claim)` that is signed?",
        ),
        Mistake(
            "no content is right",
            _verified(hashed=lambda content, start, stop: b"something else"),
            "you refuse every content, even the one that is as it was signed. Print your digest beside the claim's: "
            "are both letters (hexadecimal), and is it the content without the excluded bytes that is hashed?",
        ),
        Mistake(
            "content first",
            _verified(claim_first=False),
            "you look at the content first. Until the signature is right, the digest is anybody's: the claim first",
        ),
        Mistake(
            "without the key",
            _verified(signature=_without_key),
            "a hash without the key can be made by anybody: `hmac.new(key, …)` is what only the key's holder can make",
        ),
        Mistake(
            "facts alone",
            _verified(signature=_sign_facts),
            "you sign the facts alone: digest and excluded range belong to the statement, else they can be exchanged",
        ),
        Mistake(
            "exchanged",
            lambda *given: {CLAIM_CHANGED: CONTENT_CHANGED, CONTENT_CHANGED: CLAIM_CHANGED}.get(
                verify_claim(*given), verify_claim(*given)
            ),
            "the two are exchanged: a signature that does not fit means a changed *claim*, a digest a changed "
            "*content*",
        ),
    ),
    alternatives=(_verified(), _by_updates),
    hints=(
        'Two questions, in this order: does the signature of `statement(claim)` come out as `claim["signature"]`? Does '
        'the digest of the content come out as `claim["digest"]`?',
        "The signature of anything is `hmac.new(key, …, 'sha256').hexdigest()`; a digest "
        "`hashlib.sha256(…).hexdigest()`.",
        "What is hashed are the bytes before `start` and those from `stop` on, joined.",
    ),
    becomes="minisora/audit/claim.py",
    minutes=12,
    difficulty=2,
    points=3,
    trains=False,
)
