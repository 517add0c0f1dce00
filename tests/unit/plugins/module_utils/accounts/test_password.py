"""The stored verifier tells whether a password is right."""

from __future__ import annotations

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.accounts.password import matches, sha256_crypt
from ansible_collections.scaleup.webstack.tests.unit.plugins.module_utils.accounts.verifiers import VERIFIERS


@pytest.mark.parametrize(
    ("password", "salt", "rounds", "digest"),
    [  # made with `openssl passwd -5`, which speaks the same SHA-crypt
        ("Hello world!", "saltstring", 5000, "5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"),
        ("x", "ab", 5000, "5ydlOaPxAq0VpamGFK.BZgHF7HlR0erJsH.F7VB19f0"),
        (
            "a much longer password than one block of SHA-256 has bytes, really: 64+",
            "0123456789abcdef",
            5000,
            "t17vCgugeHZ04KStDsVGpfIJfvSXSy9TRS1e.uIG0n6",
        ),
        ("pässwörd", "abcdefgh", 5000, "vl6a2mAodUYEe3Mhai26AyjORet86eVRC5bBAu6c/n9"),
    ],
)
def test_sha256_crypt(password: str, salt: str, rounds: int, digest: str) -> None:
    assert sha256_crypt(password.encode(), salt.encode(), rounds) == digest


@pytest.mark.parametrize(("password", "verifier"), VERIFIERS.items())
def test_what_a_real_server_stored(password: str, verifier: str) -> None:
    assert matches(password, verifier)
    assert not matches(password + "x", verifier)


@pytest.mark.parametrize("verifier", ["", "*2470C0C06DEE42FD1618BBB99005ADCA2EC9D1E1", "agent", "$A$005$short"])
def test_what_is_no_verifier_never_matches(verifier: str) -> None:
    assert not matches("", verifier)
    assert not matches("agent", verifier)
