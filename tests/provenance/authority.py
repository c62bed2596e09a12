"""Keys and certificates of every kind, right ones and wrong ones."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PEM, PKCS8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
USAGE = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"]
USAGE += ["key_cert_sign", "crl_sign", "encipher_only", "decipher_only"]


def name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Pictures and Sons"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


class Authority:
    """Somebody who vouches for keys."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self.vouch(self.key, "An authority", purposes=[], authority=True)

    def vouch(
        self,
        key: Any,
        common: str = "Ada Lovelace",
        *,
        begins: float = -3600,
        ends: float = 3600,
        purposes: list[x509.ObjectIdentifier] | None = None,
        authority: bool = False,
    ) -> x509.Certificate:
        """A certificate; ``begins`` and ``ends`` are seconds from now."""
        now = datetime.datetime.now(datetime.UTC)
        purposes = [ExtendedKeyUsageOID.EMAIL_PROTECTION] if purposes is None else purposes
        issuer = name(common) if authority else name("An authority")
        allowed = ("key_cert_sign", "crl_sign") if authority else ("digital_signature",)
        usage = x509.KeyUsage(**{each: each in allowed for each in USAGE})
        issuing = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        made = (
            x509.CertificateBuilder(issuer, name(common), key.public_key(), x509.random_serial_number())
            .not_valid_before(now + datetime.timedelta(seconds=begins))
            .not_valid_after(now + datetime.timedelta(seconds=ends))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(issuing, critical=False)
        )
        if purposes:
            made = made.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        return made.sign(self.key, hashes.SHA256())


def private(key: Any, *, password: bytes | None = None, form: serialization.PrivateFormat = PKCS8) -> bytes:
    locked = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(PEM, form, locked)


def write(path: Path, key: Any, *chain: x509.Certificate) -> Path:
    """Key and certificates in one PEM file."""
    content = key if isinstance(key, bytes) else private(key)
    path.write_bytes(content + b"".join(each.public_bytes(PEM) for each in chain))
    return path
