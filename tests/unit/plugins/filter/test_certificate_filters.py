"""The filters that read certificates, with certificates that were really signed."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.scaleup.webstack.plugins.filter.certificates_due import FilterModule as CertificatesDue
from ansible_collections.scaleup.webstack.plugins.filter.given_authority import FilterModule as GivenAuthority
from authorities import Authority

certificates_due = CertificatesDue().filters()["certificates_due"]
given_authority = GivenAuthority().filters()["given_authority"]

OURS, OTHER = Authority.made("internal CA"), Authority.made("internal CA")
WEB = {"name": "web", "dns": ["web1", "web.webstack.internal"], "addresses": ["192.0.2.21", "2001:db8::21"]}
PKI = "/etc/webstack/pki"
FILES = {f"{PKI}/web.key": "k", f"{PKI}/web.crt": "c"}


def due(certificate: str, authority: str = OURS.certificate) -> list[object]:
    texts = {"/etc/webstack/stack_id": "X", f"{PKI}/web.crt": certificate}
    return list(certificates_due([WEB], texts, FILES, authority, days=10, margin_days=3))


def test_the_one_that_is_wanted_stays() -> None:
    assert due(OURS.issued(WEB["dns"], WEB["addresses"], age_days=6)) == []


@pytest.mark.parametrize(
    "certificate",
    [
        pytest.param(OURS.issued(WEB["dns"], WEB["addresses"], age_days=7), id="old"),
        pytest.param(OURS.issued(WEB["dns"], ["192.0.2.22", "2001:db8::21"]), id="another address"),
        pytest.param(OURS.issued(["web1"], WEB["addresses"]), id="a name is missing"),
        pytest.param(OTHER.issued(WEB["dns"], WEB["addresses"]), id="signed by another CA of the same name"),
        pytest.param(OURS.certificate, id="without names"),
        pytest.param("half a certif", id="no certificate"),
    ],
)
def test_any_other_is_due(certificate: str) -> None:
    assert due(certificate) == [WEB]


def test_without_an_authority_everything_is_due() -> None:
    assert due(OURS.issued(WEB["dns"], WEB["addresses"]), authority="") == [WEB]


def test_an_authority_that_can_sign_is_taken() -> None:
    assert given_authority(f"\n{OURS.certificate}\n", OURS.private) == OURS.certificate
    assert given_authority("", "") == ""


EXPIRED = Authority.made("old CA", days=-1)


@pytest.mark.parametrize(
    ("certificate", "key", "sentence"),
    [
        (OURS.certificate, "", "webstack_ca_certificate is given, and webstack_ca_key is not. Give both, or neither"),
        ("", OURS.private, "webstack_ca_key is given, and webstack_ca_certificate is not. Give both, or neither"),
        (OURS.certificate, OTHER.private, "webstack_ca_certificate does not match its private key. Give both"),
        (EXPIRED.certificate, EXPIRED.private, "webstack_ca_certificate has expired on "),
        (OURS.issued(["a"], []), OURS.private, "webstack_ca_certificate is that of no certificate authority"),
        ("a text", OURS.private, "webstack_ca_certificate is no certificate in PEM."),
    ],
)
def test_one_that_cannot_is_refused(certificate: str, key: str, sentence: str) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        given_authority(certificate, key)
    assert sentence in str(caught.value)
    assert OURS.private.splitlines()[1] not in str(caught.value)
