"""Certificate authorities and certificates, made for tests."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

NOW = datetime.now(UTC).replace(microsecond=0)
_USAGES = "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign crl_sign"
MAY_SIGN = x509.KeyUsage(
    **{each: each == "key_cert_sign" for each in _USAGES.split()}, encipher_only=False, decipher_only=False
)


@dataclass(frozen=True)
class Authority:
    """A CA of this name."""

    name: str
    key: ec.EllipticCurvePrivateKey
    certificate: str

    @classmethod
    def made(cls, name: str, days: int = 10) -> Authority:
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(name, name, key.public_key(), NOW - timedelta(days=20), NOW + timedelta(days=days))
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(MAY_SIGN, critical=True)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        return cls(name, key, _pem(builder, key))

    @property
    def private(self) -> str:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    def issued(self, dns: list[str], addresses: list[str], age_days: int = 0) -> str:
        names = [*map(x509.DNSName, dns), *(x509.IPAddress(ipaddress.ip_address(each)) for each in addresses)]
        key, begins = ec.generate_private_key(ec.SECP256R1()), NOW - timedelta(days=age_days)
        builder = _builder(dns[0], self.name, key.public_key(), begins, NOW + timedelta(days=5))
        return _pem(builder.add_extension(x509.SubjectAlternativeName(names), critical=False), self.key)

    def issued_with_key(self, dns: list[str], days: int = 5) -> tuple[str, str]:
        """Return a certificate that clients may be shown, and its private key."""
        key, begins = ec.generate_private_key(ec.SECP256R1()), NOW - timedelta(days=10)
        builder = _builder(dns[0], self.name, key.public_key(), begins, NOW + timedelta(days=days))
        names = x509.SubjectAlternativeName([x509.DNSName(name) for name in dns])
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        return _pem(builder.add_extension(names, critical=False), self.key), private


def _builder(
    subject: str, issuer: str, key: ec.EllipticCurvePublicKey, begins: datetime, ends: datetime
) -> x509.CertificateBuilder:
    name, of = (x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)]) for text in (subject, issuer))
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(of).public_key(key)
    return builder.serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(ends)


def _pem(builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> str:
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()
