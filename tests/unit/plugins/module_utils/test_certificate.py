"""Certificates and keys, made here, and what is wrong with them."""

from __future__ import annotations

import builtins
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import authorities
import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils import certificate as subject
from ansible_collections.scaleup.webstack.plugins.module_utils.certificate import can_judge, fault
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

NO_AUTHORITY = "is that of no certificate authority (critical basic constraint CA:TRUE)"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
KEY, OTHER = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())


def pem(key, passphrase=None):
    encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption).decode()


def signed(*, begins=-1, ends=1, authority: bool | None = True, critical=True, usage=True, identifier=True):
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "internal CA")])
    wanted = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(1)
        .not_valid_before(NOW + timedelta(days=begins))
        .not_valid_after(NOW + timedelta(days=ends))
    )
    if authority is not None:
        wanted = wanted.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=critical)
    if usage:
        wanted = wanted.add_extension(authorities.MAY_SIGN, critical=True)
    if identifier:
        wanted = wanted.add_extension(x509.SubjectKeyIdentifier.from_public_key(KEY.public_key()), critical=False)
    return wanted.sign(KEY, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


@pytest.mark.parametrize(
    ("certificate", "key", "authority", "expected"),
    [
        (signed(), pem(KEY), True, None),
        (signed(), "", True, None),
        (signed(authority=None), pem(KEY), False, None),
        (signed(), pem(OTHER), True, "does not match its private key"),
        (signed(begins=-9, ends=-1), pem(KEY), True, "has expired on 2026-11-20"),
        (signed(begins=1, ends=2), pem(KEY), True, "is valid from 2026-11-22 only"),
        (signed(authority=False), pem(KEY), True, NO_AUTHORITY),
        (signed(authority=None), pem(KEY), True, NO_AUTHORITY),
        (signed(critical=False), pem(KEY), True, NO_AUTHORITY),
        (signed(usage=False), pem(KEY), True, "may not sign others (key usage keyCertSign)"),
        (
            signed(identifier=False),
            pem(KEY),
            True,
            "has no subject key identifier, by which those that it signs are checked",
        ),
        ("a text", pem(KEY), False, "is no certificate in PEM"),
        (signed(), "a text", False, "has a private key that is none in PEM"),
        (
            signed(),
            pem(KEY, b"a passphrase"),
            False,
            "has a private key with a passphrase, which nobody could type during a run",
        ),
    ],
)
def test_what_is_wrong_is_said(certificate, key, authority, expected):
    assert fault(certificate, key, authority=authority, now=NOW) == expected


def test_the_time_is_by_default_that_of_the_machine():
    assert fault(signed(begins=-9, ends=-8)) is not None


def test_an_older_library_gives_times_without_a_zone():
    old = SimpleNamespace(not_valid_before=datetime(2026, 1, 1), not_valid_after=datetime(2027, 1, 1))
    assert subject._validity(old) == (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


def test_without_the_library_nothing_can_be_judged(monkeypatch):
    assert can_judge()
    real = builtins.__import__

    def missing(name, *rest, **more):
        if name.startswith("cryptography"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", missing)
    assert not can_judge()
