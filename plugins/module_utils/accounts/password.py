# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tell whether a password is the one that a server stores for caching_sha2_password.

Trying to log in cannot tell on every server: accounts that require TLS refuse the local socket, a host part may not
match any address of the server, and a failed login counts against the account. The stored verifier always can: it is
``$A$``, the rounds in thousands (hexadecimal, three digits), ``$``, 20 characters of salt, and 43 characters of
SHA-crypt digest (U. Drepper, "Unix crypt using SHA-256 and SHA-512"; MySQL manual, "Caching SHA-2 Pluggable
Authentication").
"""

from __future__ import annotations

import hmac
import re
from hashlib import sha256

_VERIFIER = re.compile(r"\$A\$([0-9A-Fa-f]{3})\$(.{20})(.{43})", re.DOTALL)
_ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def matches(password: str, verifier: str) -> bool:
    """True if the password is the one that the verifier was made from."""
    parts = _VERIFIER.fullmatch(verifier)
    if not parts:
        return False
    rounds, salt, digest = int(parts[1], 16) * 1000, parts[2].encode(), parts[3]
    return hmac.compare_digest(sha256_crypt(password.encode(), salt, rounds), digest)


def sha256_crypt(password: bytes, salt: bytes, rounds: int) -> str:
    """The digest part of SHA-crypt with SHA-256, for a salt of any length."""
    size = len(password)
    other = sha256(password + salt + password).digest()
    first = sha256(password + salt + _stretched(other, size))
    for bit in reversed(f"{size:b}" if size else ""):
        first.update(other if bit == "1" else password)
    digest = first.digest()
    word = _stretched(sha256(password * size).digest(), size)
    salt = _stretched(sha256(salt * (16 + digest[0])).digest(), len(salt))
    for number in range(rounds):
        parts = [word if number % 2 else digest]
        parts += [salt] if number % 3 else []
        parts += [word] if number % 7 else []
        parts += [digest if number % 2 else word]
        digest = sha256(b"".join(parts)).digest()
    return _encoded(digest)


def _stretched(block: bytes, size: int) -> bytes:
    return (block * (size // len(block) + 1))[:size]


def _encoded(digest: bytes) -> str:
    """SHA-crypt's own order: bytes 0, 10, 20; 21, 1, 11; 12, 22, 2 and so on, then the last two; low bits first."""
    text = ""
    one, two, three = 0, 10, 20
    for _attempt in range(10):
        text += _letters(digest[one] << 16 | digest[two] << 8 | digest[three], 4)
        one, two, three = (two + 11) % 30, (three + 11) % 30, (one + 11) % 30
    return text + _letters(digest[31] << 8 | digest[30], 3)


def _letters(value: int, count: int) -> str:
    return "".join(_ALPHABET[value >> 6 * position & 63] for position in range(count))
