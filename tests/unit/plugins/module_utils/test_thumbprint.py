"""The thumbprint of a key, as RFC 7638 works it out."""

from __future__ import annotations

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.thumbprint import thumbprint

# The example of RFC 7638, section 3.1.
MODULUS = (
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs"
    "tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn"
    "1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
)
KEY = {"kty": "RSA", "n": MODULUS, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}


def test_the_example_of_the_standard() -> None:
    assert thumbprint(KEY) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_what_is_secret_does_not_count() -> None:
    assert thumbprint({**KEY, "d": "secret"}) == thumbprint(KEY)


@pytest.mark.parametrize("key", [{}, {"kty": "oct", "k": "x"}, {"kty": "EC", "crv": "P-256", "x": "x"}])
def test_half_a_key_has_none(key: dict[str, str]) -> None:
    with pytest.raises(KeyError):
        thumbprint(key)
