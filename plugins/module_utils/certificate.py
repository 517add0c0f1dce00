# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is wrong with a certificate and its private key, as text in PEM; nothing is read or written here.

The library cryptography is imported when it is needed: hosts have it only once their packages are installed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

_UTC = timezone.utc  # noqa: UP017 - datetime.UTC came with Python 3.11, and a host may have an older one to report


def can_judge() -> bool:
    """Whether the library that reads certificates is there."""
    try:
        import cryptography  # noqa: F401, PLC0415
    except ImportError:
        return False
    return True


def fault(certificate: str, key: str = "", *, authority: bool = False, now: datetime | None = None) -> str | None:
    """Return what is wrong, as the predicate of a sentence whose subject is the certificate; None if nothing is.

    Without a key only the certificate is judged. `authority`: it has to be able to sign others. `now` is aware of its
    time zone; by default it is the time of this machine. Raises ImportError without the library cryptography.
    """
    from cryptography import x509  # noqa: PLC0415

    try:
        read = x509.load_pem_x509_certificate(certificate.encode())
    except ValueError:
        return "is no certificate in PEM"
    moment = now or datetime.now(_UTC)
    begins, ends = _validity(read)
    if ends <= moment:
        return f"has expired on {ends:%Y-%m-%d}"
    if begins > moment:
        return f"is valid from {begins:%Y-%m-%d} only"
    if authority and (wrong := _authority_fault(read)):
        return wrong
    return _key_fault(read, key) if key else None


def site_fault(certificate: str, key: str, names: Sequence[str], *, now: datetime | None = None) -> str | None:
    """Return what is wrong with a certificate that clients shall be shown, its issuers after it; None if nothing is.

    It has to be for these names; one of the form *.example.com is for all names with one word in its place.
    """
    from cryptography import x509  # noqa: PLC0415
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415

    if wrong := fault(certificate, key, now=now):
        return wrong
    first, *issuers = x509.load_pem_x509_certificates(certificate.encode())
    try:
        said = first.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        known = set(said.get_values_for_type(x509.DNSName))
    except x509.ExtensionNotFound:
        known = set()
    for name in names:
        if not known & {name, "*." + name.partition(".")[2]}:
            return f"is not for {name}, but for {', '.join(sorted(known)) or 'no name'}"
    for subject, issuer in zip([first, *issuers], issuers, strict=False):
        try:
            subject.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature):
            return f"is followed by that of {issuer.subject.rfc4514_string()}, which has not signed the one before it"
    return None


def _validity(certificate: Any) -> tuple[datetime, datetime]:
    if hasattr(certificate, "not_valid_after_utc"):
        return certificate.not_valid_before_utc, certificate.not_valid_after_utc
    # cryptography before 42, where times have no zone and mean UTC
    begins, ends = certificate.not_valid_before, certificate.not_valid_after
    return begins.replace(tzinfo=_UTC), ends.replace(tzinfo=_UTC)


def _authority_fault(certificate: Any) -> str | None:
    """RFC 5280 asks for all of it, and so does Python 3.13 of everything that an authority has signed."""
    from cryptography import x509  # noqa: PLC0415

    found = {each.oid: each for each in certificate.extensions}
    basic, usage = found.get(x509.BasicConstraints.oid), found.get(x509.KeyUsage.oid)
    if basic is None or not basic.value.ca or not basic.critical:
        return "is that of no certificate authority (critical basic constraint CA:TRUE)"
    if usage is None or not usage.value.key_cert_sign:
        return "may not sign others (key usage keyCertSign)"
    if x509.SubjectKeyIdentifier.oid not in found:
        return "has no subject key identifier, by which those that it signs are checked"
    return None


def _key_fault(certificate: Any, key: str) -> str | None:
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        Encoding,
        PublicFormat,
        load_pem_private_key,
    )

    try:
        private = load_pem_private_key(key.encode(), password=None)
    except TypeError:
        return "has a private key with a passphrase, which nobody could type during a run"
    except ValueError:
        return "has a private key that is none in PEM"
    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    if private.public_key().public_bytes(*form) != certificate.public_key().public_bytes(*form):
        return "does not match its private key"
    return None


def read(certificate: str, authority: str) -> tuple[frozenset[str], datetime] | None:
    """Return the names and addresses of a certificate, and when it begins; None if this authority has not signed it."""
    from cryptography import x509  # noqa: PLC0415
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415

    try:
        found, issuer = (x509.load_pem_x509_certificate(text.encode()) for text in (certificate, authority))
        found.verify_directly_issued_by(issuer)
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return None
    addresses = (str(address) for address in names.get_values_for_type(x509.IPAddress))
    return frozenset({*names.get_values_for_type(x509.DNSName), *addresses}), _validity(found)[0]
