"""What somebody signs with: a private key, and the certificates that say whose it is.

Source: C2PA Technical Specification 2.4, "X.509 Certificates" and "Digital Signatures".
"""

from __future__ import annotations

import contextlib
import datetime
import io
import itertools
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minisora.errors import UserError
from minisora.files import reason
from minisora.provenance.library import OFFLINE, complaint, library, printable

if TYPE_CHECKING:
    from cryptography import x509

KEY, CHAIN, ROOT = "key.pem", "chain.pem", "root.pem"  #: Files of a folder of keys.

#: Of the certificates that :func:`make_test_key` makes: whoever reads a signature sees it.
TEST_NAME, TEST_ORGANISATION = "minisora test key", "TEST ONLY, trusted by nobody"

_LARGEST = 1 << 20  #: Bytes of a file of keys; any other is no such file.
_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)
_WAY_OUT = f"name a folder with {KEY} and {CHAIN}, or one PEM file with both (minisora test-key makes a test key)"


@dataclass(frozen=True)
class Keys:
    """A key that has signed something already, if only a single pixel: it can sign clips as well.

    Attributes:
        private: the key in PEM (PKCS#8). It is shown nowhere.
        chain: certificates in PEM, the key's own one first.
        algorithm: such as "es256".
        name: what the certificate calls its owner.
        test: whether the certificate calls itself a test.
    """

    private: bytes = field(repr=False)
    chain: bytes = field(repr=False)
    algorithm: str
    name: str
    test: bool

    @classmethod
    def load(cls, path: str | Path) -> Keys:
        """Read a folder with ``key.pem`` and ``chain.pem``, or a PEM file with both.

        Raises: UserError when something is missing, garbled, locked with a password, expired, does not fit together, or
            is for another use.
        """
        library()
        path = Path(path)
        blocks = _blocks(path)
        private = _private(path, [block for kind, block in blocks if kind.endswith("PRIVATE KEY")])
        chain = _chain(path, [block for kind, block in blocks if kind == "CERTIFICATE"])
        _check_fit(path, private, chain)
        _check_dates(path, chain)
        from cryptography.hazmat.primitives import serialization

        encoding = serialization.Encoding.PEM
        keys = cls(
            private.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
            b"".join(each.public_bytes(encoding) for each in chain),
            _algorithm(path, private),
            _name(chain[0]),
            is_test(chain[0].subject.rfc4514_string()),
        )
        keys._try(path)
        return keys

    def sign(self, manifest: dict[str, Any], kind: str, content: bytes) -> bytes:
        """``content`` with the manifest in it, signed; ``kind`` is its MIME type. Nothing is asked of any server.

        Raises: the library's error.
        """
        c2pa = library()
        info = c2pa.C2paSignerInfo(self.algorithm, self.chain, self.private, None)  # None: no time-stamp authority
        signed = io.BytesIO()
        with (
            c2pa.Context.from_dict(OFFLINE) as context,
            c2pa.Signer.from_info(info) as signer,
            c2pa.Builder(manifest, context=context) as builder,
        ):
            builder.sign(signer, kind, io.BytesIO(content), signed)
        return signed.getvalue()

    def _try(self, path: Path) -> None:
        """Sign a pixel: what a certificate must be for, the library knows best, and says it only when it signs."""
        from PIL import Image

        pixel = io.BytesIO()
        Image.new("L", (1, 1)).save(pixel, "png")
        action = {"action": "c2pa.created", "digitalSourceType": "http://c2pa.org/digitalsourcetype/empty"}
        try:
            self.sign(
                {"assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}]},
                "image/png",
                pixel.getvalue(),
            )
        except library().C2paError as error:
            raise UserError(
                f"cannot sign with {path}: {complaint(error)} — the certificate must be for digital signatures and"
                " e-mail protection, signed by an authority, and name it"
            ) from error


def is_test(name: str) -> bool:
    """Whether a certificate's name says that it is a test."""
    return re.search(r"\btest\b", name, re.IGNORECASE) is not None


def make_test_key(folder: str | Path, *, days: int = 365) -> list[Path]:
    """Make a key and certificates to try signing with; an authority of its own, which nobody trusts, vouches for it.

    Returns the paths of the key (which only its owner may read), the chain, and the authority's certificate, which
    ``verify`` takes as one to trust. The authority's own key is forgotten: it can never vouch for another one.

    Raises: UserError when one of the files is there already, or the place cannot be written to.
    """
    library()
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID

    folder = Path(folder)
    paths = [folder / name for name in (KEY, CHAIN, ROOT)]
    for path in paths:
        if os.path.lexists(path):
            raise UserError(f"{path} is there already, and a key is never overwritten — name another folder")

    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=5)  # clocks differ
    authority, signer = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    names = [_test_name(x509, name) for name in ("minisora test authority", TEST_NAME)]

    def certificate(name: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder(names[0], name, key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(start).not_valid_after(start + datetime.timedelta(days=days))
        return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)

    root = (
        certificate(names[0], authority)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(x509, "key_cert_sign", "crl_sign"), critical=True)
        .sign(authority, hashes.SHA256())
    )
    # What C2PA asks of a signer's certificate: digital signatures, a purpose that it knows, and who issued it.
    leaf = (
        certificate(names[1], signer)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(x509, "digital_signature"), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), critical=False)
        .sign(authority, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = signer.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    chain = leaf.public_bytes(pem) + root.public_bytes(pem)
    _write_new(dict(zip(paths, [(private, 0o600), (chain, 0o644), (root.public_bytes(pem), 0o644)], strict=True)))
    return paths


def _write_new(files: dict[Path, tuple[bytes, int]]) -> None:
    """Write files with their modes, all of them or none; never over another one."""
    written: list[Path] = []
    path = next(iter(files))
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path, (content, mode) in files.items():
            # Made with its mode: there is no moment at which others can read it.
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
                written.append(path)
                file.write(content)
    except OSError as error:
        for each in written:
            with contextlib.suppress(OSError):
                each.unlink()
        raise UserError(f"cannot write {path}: {reason(error)} — name another folder") from error


def _test_name(x509: Any, name: str) -> x509.Name:
    oid = x509.oid.NameOID
    return x509.Name(
        [
            x509.NameAttribute(oid.ORGANIZATION_NAME, TEST_ORGANISATION),
            x509.NameAttribute(oid.COMMON_NAME, name),
        ]
    )


def _usage(x509: Any, *allowed: str) -> x509.KeyUsage:
    every = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"]
    every += ["key_cert_sign", "crl_sign", "encipher_only", "decipher_only"]
    return x509.KeyUsage(**{each: each in allowed for each in every})


def _blocks(path: Path) -> list[tuple[str, bytes]]:
    """The PEM blocks of a file, or of the two files of a folder, with what they call themselves."""
    if not path.exists():
        raise UserError(f"no key at {path} — {_WAY_OUT}")
    files = [path / KEY, path / CHAIN] if path.is_dir() else [path]
    text = b""
    for file in files:
        try:
            with file.open("rb") as opened:
                text += opened.read(_LARGEST) + b"\n"
        except FileNotFoundError as error:
            raise UserError(f"{path} has no {file.name} — {_WAY_OUT}") from error
        except OSError as error:
            raise UserError(f"cannot read {file}: {reason(error)} — {_WAY_OUT}") from error
    return [(match[1].decode(), match[0] + b"\n") for match in _BLOCK.finditer(text)]


def _private(path: Path, blocks: list[bytes]) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    if len(blocks) != 1:
        count = "no private key" if not blocks else f"{len(blocks)} private keys"
        raise UserError(f"{path} holds {count} in PEM, one is needed — {_WAY_OUT}")
    try:
        return serialization.load_pem_private_key(blocks[0], password=None)
    except TypeError as error:
        raise UserError(
            f"the key in {path} is locked with a password — write a copy without one: openssl pkcs8 -topk8 -nocrypt"
        ) from error
    except (ValueError, UnsupportedAlgorithm):
        # ``from None``: what the library says of a key may quote it.
        raise UserError(
            f"the private key in {path} cannot be read: it is damaged, or of another kind — name another"
        ) from None


def _chain(path: Path, blocks: list[bytes]) -> list[x509.Certificate]:
    from cryptography import x509

    if not blocks:
        raise UserError(f"{path} holds no certificate in PEM — {_WAY_OUT}")
    try:
        return [x509.load_pem_x509_certificate(block) for block in blocks]
    except ValueError as error:
        raise UserError(f"a certificate in {path} cannot be read: it is damaged — fetch it again") from error


def _check_fit(path: Path, private: Any, chain: list[x509.Certificate]) -> None:
    """Raises: UserError unless the key is that of the first certificate, and each is signed by the next."""
    own = private.public_key()
    places = [place for place, each in enumerate(chain) if each.public_key() == own]
    if not places:
        raise UserError(f"the key in {path} is not that of a certificate there — name the two that belong together")
    if places[0] != 0:
        raise UserError(f"the certificates in {path} are in the wrong order — the key's own must be the first")
    if chain[0].subject == chain[0].issuer:
        raise UserError(f"the certificate in {path} is signed by itself, C2PA wants an authority's — {_WAY_OUT}")
    for place, (each, issuer) in enumerate(itertools.pairwise(chain), start=1):
        try:
            each.verify_directly_issued_by(issuer)
        except Exception as error:  # of several kinds, and all say that it was not
            raise UserError(
                f"certificate {place} in {path} is not signed by the one after it — give the whole chain, in order"
            ) from error


def _check_dates(path: Path, chain: list[x509.Certificate]) -> None:
    now = datetime.datetime.now(datetime.UTC)
    for each in chain:
        name = _name(each)
        if now > each.not_valid_after_utc:
            day = f"{each.not_valid_after_utc:%Y-%m-%d}"
            raise UserError(f"the certificate of {name!r} in {path} expired on {day} — get a new one")
        if now < each.not_valid_before_utc:
            day = f"{each.not_valid_before_utc:%Y-%m-%d %H:%M} UTC"
            raise UserError(f"the certificate of {name!r} in {path} begins on {day} — is this machine's clock right?")


def _algorithm(path: Path, private: Any) -> str:
    """How C2PA calls the way in which this kind of key signs."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    curves = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
    if isinstance(private, ec.EllipticCurvePrivateKey) and private.curve.name in curves:
        return curves[private.curve.name]
    if isinstance(private, rsa.RSAPrivateKey) and private.key_size >= 2048:
        return "ps256"
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return "ed25519"
    raise UserError(f"C2PA signs with no such key as that in {path} — use P-256, P-384, P-521, Ed25519 or RSA of 2048")


def _name(certificate: x509.Certificate) -> str:
    from cryptography.x509.oid import NameOID

    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return printable(str(names[0].value) if names else certificate.subject.rfc4514_string())[:80]
