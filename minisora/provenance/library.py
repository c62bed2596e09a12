"""The C2PA library, which is there only with the extra ``sign``, and how it is kept off the network."""

from __future__ import annotations

import importlib
import re
from types import ModuleType
from typing import Any

from minisora.errors import UserError

#: Left to itself the library looks up manifests at whatever address a file names, and asks servers whether a
#: certificate was revoked: whoever runs them would learn who looks at which file, and when.
OFFLINE: dict[str, Any] = {
    "version": 1,
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    "core": {"allowed_network_hosts": []},
    "builder": {"thumbnail": {"enabled": False}},
}


def library() -> ModuleType:
    """The module ``c2pa``; where it is, ``cryptography`` is as well.

    Raises: UserError where it is not installed.
    """
    try:
        importlib.import_module("cryptography")
        return importlib.import_module("c2pa")
    except ImportError as error:
        raise UserError('c2pa-python is not installed — pip install "minisora[sign]"') from error


def complaint(error: Exception) -> str:
    """What the library says, in a few words, without the name of the kind of error."""
    text = printable(re.sub(r"^(\w+: )+", "", " ".join(str(error).split())))
    return (text[:160] or type(error).__name__).rstrip(" .:")


def printable(text: str) -> str:
    """A text out of a stranger's file, as a terminal may show it: nothing in it moves the cursor or hides a line."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)
