"""A signed statement about a file, on one page: what is hashed, what is left out, and what is signed.

C2PA does the same with certificates instead of a shared secret, and with boxes of an mp4 instead of a range of bytes.

Source: C2PA Technical Specification 2.4, "Hard bindings" (``c2pa.hash.data`` and its exclusions).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

VALID, CLAIM_CHANGED, CONTENT_CHANGED = "valid", "the claim was changed", "the content was changed"


def statement(claim: dict[str, Any]) -> bytes:
    """What is signed of a claim: all of it but the signature, in one order."""
    return json.dumps({key: value for key, value in claim.items() if key != "signature"}, sort_keys=True).encode()


def digest_of(content: bytes, excluded: tuple[int, int]) -> str:
    """SHA-256 of the content without the bytes from ``start`` up to ``stop``, where the claim itself will stand."""
    start, stop = excluded
    return hashlib.sha256(content[:start] + content[stop:]).hexdigest()


def make_claim(content: bytes, facts: dict[str, Any], key: bytes, *, excluded: tuple[int, int]) -> dict[str, Any]:
    """Facts about the content, signed with a secret key."""
    claim = {"facts": facts, "excluded": list(excluded), "digest": digest_of(content, excluded)}
    return {**claim, "signature": hmac.new(key, statement(claim), "sha256").hexdigest()}


def verify_claim(content: bytes, claim: dict[str, Any], key: bytes) -> str:
    """Whether a claim is as it was signed, and the content as the claim says; the claim first.

    As long as it is not known who says so, neither the digest nor the excluded range is to be believed.
    """
    signature = hmac.new(key, statement(claim), "sha256").hexdigest()
    if not hmac.compare_digest(signature, claim["signature"]):
        return CLAIM_CHANGED
    start, stop = claim["excluded"]
    return VALID if digest_of(content, (start, stop)) == claim["digest"] else CONTENT_CHANGED
