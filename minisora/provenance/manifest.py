"""What a signed clip says of itself.

Source: C2PA Technical Specification 2.4, "Actions" (a file that is no one else's begins with ``c2pa.created``) and
"AI Disclosure" (which model, 18.28); IPTC's "Digital Source Type" (``trainedAlgorithmicMedia``: made by a model that
was trained on other media; ``compositeWithTrainedAlgorithmicMedia``: that, put together with something else).
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import minisora
from minisora.errors import UserError
from minisora.provenance.keys import Keys
from minisora.provenance.library import complaint, library
from minisora.provenance.origin import Origin

#: The files that C2PA can sign among those that are written here, by their endings.
SIGNABLE = {".mp4": "video/mp4", ".png": "image/png", ".gif": "image/gif"}

TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
#: Of a film: clips of a model, and cards and sound that were drawn and computed by formulas.
COMPOSITE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
ACTIONS = "c2pa.actions.v2"
DISCLOSURE = "c2pa.ai-disclosure"
#: Where our own facts are. Such labels are to begin with the maker's domain, in reverse; this project has none.
GENERATION = "minisora.generation"


def check_signable(path: Path) -> None:
    """Raises: UserError when a file of this ending can hold no signature."""
    if path.suffix.lower() not in SIGNABLE:
        raise UserError(
            f"cannot sign {path}: C2PA has no place for a signature in {path.suffix or 'a file without ending'}"
            f" — use {', '.join(SIGNABLE)}"
        )


def check_known(origin: Origin | None) -> Origin:
    """Raises: UserError for a clip of which nobody knows what made it."""
    if origin is None:
        raise UserError(
            "cannot sign: this clip does not know what made it, or a part of it was given — sign what"
            " Pipeline.load().generate(…) returns, as it returns it"
        )
    return origin


def manifest(origin: Origin, *, when: datetime.datetime, prompt: str | None = None) -> dict[str, Any]:
    """The manifest of a clip, as the library takes it: what made it, when, and (if wanted) of which words."""
    software = {"name": "minisora", "version": minisora.__version__}
    created = {
        "action": "c2pa.created",
        "when": when.astimezone(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "softwareAgent": software,
        "digitalSourceType": TRAINED if origin.composed is None else COMPOSITE,
    }
    model = {
        "modelType": "c2pa.types.model.pytorch",
        "modelName": " ".join(filter(None, ["minisora text-to-video", origin.preset])),
    }
    facts: dict[str, Any] = {
        "weights": {name: f"sha256:{digest}" for name, digest in sorted(origin.weights.items())},
        "steps": origin.steps,
        "guidance": float(origin.guidance),
        **({} if origin.camera == "static" else {"camera": origin.camera}),
        **({} if origin.pace == 1 else {"pace": float(origin.pace)}),
        **({"directed": True} if origin.directed else {}),
        **({} if origin.composed is None else dict(origin.composed)),
        # As text: a seed has up to 63 bits, and many programs read numbers of JSON with 53.
        **({} if origin.seed is None else {"seed": str(origin.seed)}),
        **({} if prompt is None else {"prompt": prompt}),
    }
    # ``created``: the signer stands for it. The file's name is not in it: it may be made of the prompt.
    assertions = [(ACTIONS, {"actions": [created]}), (DISCLOSURE, model), (GENERATION, facts)]
    return {
        "claim_generator_info": [software],
        "assertions": [{"label": label, "data": data, "created": True} for label, data in assertions],
    }


def sign_file(path: Path, keys: Keys, origin: Origin, *, prompt: str | None = None) -> None:
    """Put a signed manifest into a file that was just written, in its place.

    Args:
        prompt: to be said in the manifest; None: it is nobody's business.
    Raises: UserError when its kind can hold none, or the library cannot sign it; the file is as it was then.
    """
    check_signable(path)
    described = manifest(origin, when=datetime.datetime.now(datetime.UTC), prompt=prompt)
    try:
        signed = keys.sign(described, SIGNABLE[path.suffix.lower()], path.read_bytes())
    except library().C2paError as error:
        raise UserError(f"cannot sign the clip: {complaint(error)} — save it without a signature") from error
    path.write_bytes(signed)
