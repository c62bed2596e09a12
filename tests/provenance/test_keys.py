"""Keys: made, read, refused in one line; never shown, never overwritten."""

from __future__ import annotations

import base64
import re
import shutil
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from minisora.clip import Clip
from minisora.errors import UserError
from minisora.provenance import Keys, make_test_key, verify
from tests.provenance.authority import Authority, private, write


def curve() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def test_a_test_key_is_its_owners_and_says_what_it_is(folder: Path, keys: Keys) -> None:
    assert sorted(path.name for path in folder.iterdir()) == ["chain.pem", "key.pem", "root.pem"]
    if sys.platform != "win32":
        assert stat.S_IMODE((folder / "key.pem").stat().st_mode) == 0o600
    held = b"".join(path.read_bytes() for path in folder.iterdir())
    assert held.count(b"PRIVATE KEY") == 2, "the authority's key is forgotten"
    assert keys.test
    secret = (folder / "key.pem").read_text().splitlines()[1]
    assert secret not in repr(keys) and "PRIVATE" not in repr(keys)


@pytest.mark.parametrize("there", ["key.pem", "chain.pem", "root.pem"])
def test_no_key_is_overwritten(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("mine")
    with pytest.raises(UserError, match=rf"{there} is there already, and a key is never overwritten — name another"):
        make_test_key(tmp_path)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(there, "mine")]


@pytest.mark.skipif(sys.platform == "win32", reason="links")
def test_no_key_is_written_through_a_link_to_nowhere(tmp_path: Path) -> None:
    (tmp_path / "chain.pem").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UserError, match="never overwritten"):
        make_test_key(tmp_path)
    assert not (tmp_path / "elsewhere").exists() and not (tmp_path / "key.pem").exists()


def test_no_half_of_a_key_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    opened = os.open

    def full(path: Path, *rest: int) -> int:
        if Path(path).name == "root.pem":
            raise OSError(28, "No space left on device")
        return opened(path, *rest)

    monkeypatch.setattr("os.open", full)
    with pytest.raises(UserError, match=r"cannot write .*root\.pem: no space left on device — name another folder"):
        make_test_key(tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("make", "algorithm"),
    [
        (curve, "es256"),
        (lambda: ec.generate_private_key(ec.SECP384R1()), "es384"),
        (lambda: ec.generate_private_key(ec.SECP521R1()), "es512"),
        (ed25519.Ed25519PrivateKey.generate, "ed25519"),
        (lambda: rsa.generate_private_key(65537, 2048), "ps256"),
    ],
)
def test_keys_of_each_kind_sign(tmp_path: Path, clip: Clip, make: Callable[[], object], algorithm: str) -> None:
    authority, key = Authority(), make()
    path = write(tmp_path / "all.pem", key, authority.vouch(key), authority.certificate)
    keys = Keys.load(path)
    assert (keys.algorithm, keys.name, keys.test) == (algorithm, "Ada Lovelace", False)
    report = verify(clip.save(tmp_path / "clip.png", sign=keys))
    assert (report.state, report.algorithm.lower()) == ("valid", algorithm)


def test_a_key_as_openssl_used_to_write_it(tmp_path: Path) -> None:
    authority, key = Authority(), curve()
    older = private(key, form=serialization.PrivateFormat.TraditionalOpenSSL)
    assert b"EC PRIVATE KEY" in older
    assert Keys.load(write(tmp_path / "all.pem", older, authority.vouch(key))).algorithm == "es256"


def bad(place: Path, how: str) -> Path:
    """A file or folder that cannot sign."""
    authority, key, path = Authority(), curve(), place / "all.pem"
    own = authority.vouch(key)
    if how == "nothing":
        return place / "nowhere"
    if how == "an empty folder":
        return place
    if how == "a folder without a chain":
        (place / "key.pem").write_bytes(private(key))
        return place
    if how == "a video":
        path.write_bytes(b"\0\0\0\x20ftypisom" + bytes(range(256)) * 100)
        return path
    parts: dict[str, tuple] = {
        "no certificate": (key,),
        "a garbled key": (b"-----BEGIN PRIVATE KEY-----\nbm9ib2R5\n-----END PRIVATE KEY-----\n", own),
        "two keys": (private(key) + private(curve()), own),
        "a locked key": (private(key, password=b"sesame"), own),
        "another's key": (curve(), own),
        "the wrong order": (key, authority.certificate, own),
        "another's authority": (key, own, Authority().certificate),
        "expired": (key, authority.vouch(key, begins=-7200, ends=-3600)),
        "not yet": (key, authority.vouch(key, begins=3600, ends=7200)),
        "signed by itself": (authority.key, authority.certificate),
        "for web servers": (key, authority.vouch(key, purposes=[ExtendedKeyUsageOID.SERVER_AUTH])),
        "for nothing": (key, authority.vouch(key, purposes=[])),
    }
    if how == "an odd curve":
        odd = ec.generate_private_key(ec.SECP256K1())
        return write(path, odd, authority.vouch(odd))
    if how == "a damaged certificate":
        write(path, key, own)
        path.write_bytes(re.sub(rb"(BEGIN CERTIFICATE-----\n).{40}", rb"\1" + b"A" * 40, path.read_bytes()))
        return path
    return write(path, *parts[how])


BAD = {
    "nothing": "no key at .*nowhere — name a folder with key.pem and chain.pem",
    "an empty folder": "has no key.pem — name a folder",
    "a folder without a chain": "has no chain.pem — name a folder",
    "a video": "holds no private key in PEM, one is needed",
    "no certificate": "holds no certificate in PEM",
    "a garbled key": "cannot be read: it is damaged",
    "two keys": "holds 2 private keys in PEM, one is needed",
    "a locked key": "locked with a password — write a copy without one: openssl",
    "another's key": "is not that of a certificate there",
    "the wrong order": "in the wrong order — the key's own must be the first",
    "another's authority": "certificate 1 in .* is not signed by the one after it",
    "expired": "'Ada Lovelace' in .* expired on .* — get a new one",
    "not yet": "begins on .* — is this machine's clock right",
    "signed by itself": "signed by itself, C2PA wants an authority's",
    "for web servers": "cannot sign with .* — the certificate must be for digital signatures",
    "for nothing": "cannot sign with .* — the certificate must be for digital signatures",
    "an odd curve": "C2PA signs with no such key",
    "a damaged certificate": "a certificate in .* cannot be read: it is damaged",
}


@pytest.mark.parametrize("how", BAD)
def test_bad_keys_are_one_line_and_no_file(tmp_path: Path, clip: Clip, how: str) -> None:
    place = tmp_path / "keys"
    place.mkdir()
    path = bad(place, how)
    with pytest.raises(UserError, match=BAD[how]) as raised:
        clip.save(tmp_path / "clip.mp4", sign=path)
    said = str(raised.value)
    assert "\n" not in said and len(said) < 400
    assert [each.name for each in tmp_path.iterdir()] == ["keys"]
    if path.is_file():
        secrets = re.findall(rb"PRIVATE KEY-----\n(.{8,}?)\n", path.read_bytes())
        assert not any(base64.b64decode(each + b"==")[:8].hex() in said or each.decode() in said for each in secrets)


def test_without_the_library_there_is_a_way_out(
    tmp_path: Path, clip: Clip, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = shutil.copytree(folder, tmp_path / "keys")
    monkeypatch.setitem(sys.modules, "c2pa", None)
    for act in (
        lambda: clip.save(tmp_path / "clip.mp4", sign=keys),
        lambda: verify(tmp_path / "clip.mp4"),
        lambda: make_test_key(tmp_path / "others"),
    ):
        with pytest.raises(UserError, match=r'c2pa-python is not installed — pip install "minisora\[sign\]"'):
            act()
    assert clip.save(tmp_path / "unsigned.mp4").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["keys", "unsigned.mp4"]
