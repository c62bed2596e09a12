"""Is a file still as it was signed, and by whom? Nothing is fetched from anywhere.

Source: C2PA Technical Specification 2.4, "Validation" (the status codes) and "Trust Model".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from minisora.errors import UserError
from minisora.files import reason
from minisora.provenance.keys import is_test
from minisora.provenance.library import OFFLINE, complaint, library
from minisora.provenance.manifest import DISCLOSURE, GENERATION
from minisora.provenance.report import Problem, Report


class NoPlace(UserError):
    """A file of a kind that can hold no signature; it may be a video all the same."""


#: No list vouches for the signer: that is a question of trust, not of what was changed.
UNTRUSTED = "signingCredential.untrusted"

#: What C2PA's codes mean for somebody who looks at a clip.
MEANINGS = {
    "assertion.bmffHash.mismatch": "the video was changed since it was signed: pictures, their times, or what"
    " describes them",
    "assertion.dataHash.mismatch": "the file was changed since it was signed",
    "assertion.hashedURI.mismatch": "what the manifest says was changed since it was signed",
    "claimSignature.mismatch": "the signature does not fit what it signs: the manifest was changed",
    "claimSignature.outsideValidity": "the signer's certificate is not valid today, and no authority says that it was"
    " when this was signed",
    "signingCredential.expired": "the signer's certificate has expired",
    "signingCredential.invalid": "the signer's certificate is not one for signing such files",
}


def verify(path: str | Path, *, trust: str | Path | None = None) -> Report:
    """Read what a file says of where it comes from, and check it.

    Args:
        trust: a PEM file with the certificates of those who may vouch for signers; None: nobody is trusted.
    Raises: NoPlace for what is no video or picture that C2PA knows; any other UserError for what cannot be read, or is
        no list of certificates.
    """
    c2pa = library()
    path = Path(path)
    settings = dict(OFFLINE) if trust is None else {**OFFLINE, "trust": {"user_anchors": _anchors(Path(trust))}}
    try:
        with (
            path.open("rb") as file,
            c2pa.Context.from_dict(settings) as context,
            c2pa.Reader(None, file, None, context) as reader,
        ):
            store = json.loads(reader.json())
    except OSError as error:
        raise UserError(f"cannot read {path}: {reason(error)} — name another file") from error
    except c2pa.C2paError.ManifestNotFound:
        return Report(str(path), "none")
    except c2pa.C2paError.NotSupported as error:
        raise NoPlace(
            f"{path}: no file that can hold a C2PA signature, or damaged at its beginning — name an mp4, png, gif, …"
        ) from error
    except c2pa.C2paError as error:
        return _unreadable(path, error)
    return report_of(path, store, listed=trust is not None)


def _anchors(path: Path) -> str:
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization

    try:
        certificates = x509.load_pem_x509_certificates(path.read_bytes())
    except OSError as error:
        raise UserError(f"cannot read {path}: {reason(error)} — name a PEM file of certificates") from error
    except ValueError as error:
        raise UserError(f"{path} holds no certificates in PEM — name a file with those of whom you trust") from error
    return "".join(each.public_bytes(serialization.Encoding.PEM).decode() for each in certificates)


def _unreadable(path: Path, error: Exception) -> Report:
    """For a file that the library gives up on, instead of reporting."""
    said = str(error)
    if (address := re.search(r"must fetch remote manifests from url (\S+)", said)) is not None:
        return Report(str(path), "elsewhere", address=address[1])
    if "could not be parsed" in said or said.startswith("Io"):
        raise UserError(f"{path}: broken, or no video: {complaint(error)} — fetch or make it again") from error
    return Report(str(path), "damaged", problems=[Problem("unreadable", complaint(error))])


def report_of(path: Path, store: dict[str, Any], *, listed: bool) -> Report:
    """What the library says of a file, as JSON, in our terms; ``listed``: whether it had a list of whom to trust."""
    claim = store.get("manifests", {}).get(store.get("active_manifest"), {})
    failures = [each for each in _results(store, "failure") if each.get("code") != UNTRUSTED]
    state = store.get("validation_state")
    signature = claim.get("signature_info") or {}
    created = _created(claim)
    facts = dict(next(_said(claim, GENERATION), {}))
    disclosed = next(_said(claim, DISCLOSURE), {})
    weights, prompt = facts.pop("weights", {}), facts.pop("prompt", None)
    signer, organisation = str(signature.get("common_name") or ""), str(signature.get("issuer") or "")
    return Report(
        str(path),
        "valid" if state in ("Valid", "Trusted") else "invalid",
        trusted=state == "Trusted" if listed else None,
        signer=signer,
        organisation=organisation,
        serial=str(signature.get("cert_serial_number") or ""),
        algorithm=str(signature.get("alg") or ""),
        test=is_test(f"{signer} {organisation}"),
        when=str(signature.get("time") or created.get("when") or ""),
        stamped=any(each.get("code") == "timeStamp.trusted" for each in _results(store, "success")),
        software=_software(claim),
        source=str(created.get("digitalSourceType") or "").rpartition("/")[2],
        model=str(disclosed.get("modelName") or disclosed.get("modelIdentifier") or ""),
        weights={str(name): str(digest) for name, digest in weights.items()} if isinstance(weights, dict) else {},
        facts={str(name): str(value) for name, value in facts.items()},
        prompt=None if prompt is None else str(prompt),
        problems=_problems(failures),
    )


def _results(store: dict[str, Any], kind: str) -> list[dict[str, str]]:
    """What was found of the manifest itself, and of those of files that went into this one."""
    results = store.get("validation_results") or {}
    found = list((results.get("activeManifest") or {}).get(kind) or [])
    for each in results.get("ingredientDeltas") or []:
        found += (each.get("validationDeltas") or {}).get(kind) or []
    return found


def _problems(failures: list[dict[str, str]]) -> list[Problem]:
    problems = {}
    for each in failures:
        code = each.get("code", "unknown")
        what = MEANINGS.get(code) or f"{each.get('explanation') or 'something does not agree'} ({code})"
        problems[code, what] = Problem(code, what)
    return list(problems.values())


def _created(claim: dict[str, Any]) -> dict[str, Any]:
    """The action that made the file, or else the first that says how its pictures came to be."""
    lists = [each.get("actions") for each in _said(claim, "c2pa.actions")]
    actions = [action for each in lists if isinstance(each, list) for action in each if isinstance(action, dict)]
    told = [action for action in actions if action.get("digitalSourceType")]
    first = [action for action in actions if action.get("action") == "c2pa.created"]
    return next(iter([*first, *told]), {})


def _said(claim: dict[str, Any], label: str) -> Iterator[dict[str, Any]]:
    """What the manifest says under this label, of whatever version: a stranger may have written anything there."""
    for each in claim.get("assertions") or []:
        if re.fullmatch(rf"{re.escape(label)}(\.v\d+)?(__\d+)?", str(each.get("label"))):
            data = each.get("data")
            if isinstance(data, dict):
                yield data


def _software(claim: dict[str, Any]) -> str:
    makers = claim.get("claim_generator_info") or []
    if not makers:
        return str(claim.get("claim_generator") or "")
    return " ".join(filter(None, [str(makers[0].get("name") or ""), str(makers[0].get("version") or "")]))
