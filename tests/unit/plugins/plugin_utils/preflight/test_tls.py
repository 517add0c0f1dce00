"""A certificate that clients are to be shown, really signed, and what is said of it before any host is touched."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.certificate import site_fault
from ansible_collections.scaleup.webstack.plugins.plugin_utils.preflight.controller import problems_of
from ansible_collections.scaleup.webstack.tests.unit.plugins.plugin_utils.preflight.world import run
from authorities import Authority

CA, OTHER = Authority.made("a CA"), Authority.made("another CA")
NAME = "www.example.com"


def said(certificate: str, key: str) -> list[str]:
    world = run({"all": {"webstack_site_certificate": certificate, "webstack_site_key": key}})
    return problems_of(replace(world, site_fault=site_fault))


@pytest.mark.parametrize("names", [[NAME], ["example.com", NAME], ["*.example.com"]])
def test_one_that_fits_is_taken(names: list[str]) -> None:
    certificate, key = CA.issued_with_key(names)
    assert said(certificate, key) == []
    assert said(certificate + CA.certificate, key) == []


@pytest.mark.parametrize(
    ("certificate", "key", "sentence"),
    [
        (*CA.issued_with_key(["example.com", "x." + NAME]), f"is not for {NAME}, but for example.com, x.{NAME}. "),
        (CA.issued_with_key([NAME])[0], OTHER.private, "does not match its private key"),
        (*CA.issued_with_key([NAME], days=-1), "has expired on "),
        ("a text", "a key", "is no certificate in PEM"),
        (
            CA.issued_with_key([NAME])[0] + OTHER.certificate,
            "",
            "is followed by that of CN=another CA, which has not signed the one before it",
        ),
    ],
)  # fmt: skip
def test_any_other_is_refused(certificate: str, key: str, sentence: str) -> None:
    if not key:
        certificate, key = CA.issued_with_key([NAME])
        certificate += OTHER.certificate
    problems = said(certificate, key)
    assert len(problems) == 1
    assert problems[0].startswith(f"webstack_site_certificate {sentence}")
    assert problems[0].endswith("or leave both out: the internal CA issues one then.")
    assert key not in problems[0]
