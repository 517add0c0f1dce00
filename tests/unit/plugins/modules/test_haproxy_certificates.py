"""New certificates by HAProxy's runtime interface: what it is told, and what stays noted if it does not obey."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils import runtime
from ansible_collections.scaleup.webstack.plugins.modules import haproxy_certificates as module
from authorities import Authority

Call = Callable[..., dict[str, Any]]
CA = Authority.made("a CA")
CERTIFICATE, KEY = CA.issued_with_key(["www.example.com"])


def sha1(pem: str) -> str:
    return hashlib.sha1(ssl.PEM_cert_to_DER_cert(pem), usedforsecurity=False).hexdigest().upper()


class HAProxy:
    """Answers by the first words of a command, as HAProxy 3.0 does."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.answers = {
            "set ssl": "transaction created for CA x!",
            "commit ssl": "Committing x.\nSuccess!",
            "show ssl": f"SHA1 FingerPrint: {sha1(CERTIFICATE)}\nSHA1 FingerPrint: {sha1(CA.certificate)}",
            "abort ssl": "Transaction aborted!",
        }

    def ask(self, _path: str, command: str) -> str:
        self.heard.append(command)
        return self.answers[" ".join(command.split()[:2])]


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A host whose unit has to read a certificate, its key, an authority and a configuration."""
    (tmp_path / "site.crt").write_text(f"{CERTIFICATE}\n")
    (tmp_path / "site.key").write_text(KEY)
    (tmp_path / "ca.pem").write_text(CA.certificate)
    (tmp_path / "admin.sock").touch()
    (tmp_path / "reload").mkdir()
    files = ("site.crt", "site.key", "ca.pem", "haproxy.cfg")
    (tmp_path / "reload" / "haproxy.service").write_text("".join(f"{tmp_path}/{name}\n" for name in files))
    monkeypatch.setattr(module, "NOTES", str(tmp_path))
    monkeypatch.setattr(module.been_read, "__defaults__", (str(tmp_path),))
    return tmp_path


@pytest.fixture
def haproxy(monkeypatch: pytest.MonkeyPatch) -> HAProxy:
    running = HAProxy()
    monkeypatch.setattr(runtime, "ask", running.ask)
    return running


def arguments(host: Path) -> dict[str, Any]:
    return {
        "socket": str(host / "admin.sock"),
        "unit": "haproxy.service",
        "certificates": [str(host / "site.crt")],
    }


def noted(host: Path) -> list[str]:
    return [Path(line).name for line in (host / "reload" / "haproxy.service").read_text().splitlines()]


def test_it_is_told_and_the_note_of_what_it_takes_goes(call: Call, host: Path, haproxy: HAProxy) -> None:
    said = call("haproxy_certificates", arguments(host))
    assert (said["changed"], said["left"]) == (True, {})
    assert [each.split()[:3] for each in haproxy.heard] == [[word, "ssl", "cert"] for word in ("set", "commit", "show")]
    payload = haproxy.heard[0]
    assert CERTIFICATE.strip() in payload
    assert KEY.strip() in payload
    assert "\n\n" not in payload
    assert noted(host) == ["ca.pem", "haproxy.cfg"]


def test_a_note_that_is_empty_goes(call: Call, host: Path, haproxy: HAProxy) -> None:
    note = host / "reload" / "haproxy.service"
    note.write_text(f"{host}/site.key\n")
    assert call("haproxy_certificates", arguments(host))["taken"] == [str(host / "site.crt")]
    assert not note.exists()
    assert call("haproxy_certificates", arguments(host))["changed"] is False
    assert len(haproxy.heard) == 3


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        pytest.param({"set ssl": "Can't load the payload."}, ["set"], id="it cannot read it"),
        pytest.param({"commit ssl": "Can't commit."}, ["set", "commit", "abort"], id="it does not commit"),
        pytest.param({"show ssl": "SHA1 FingerPrint: 00"}, ["set", "commit", "show"], id="it shows another one"),
    ],
)
def test_what_it_does_not_take_stays_for_a_reload(
    call: Call, host: Path, haproxy: HAProxy, answer: dict[str, str], told: list[str]
) -> None:
    haproxy.answers.update(answer)
    said = call("haproxy_certificates", arguments(host))
    assert said["changed"] is False
    assert "does not take" in said["left"][str(host / "site.crt")]
    assert KEY.splitlines()[1] not in str(said)
    assert [each.split()[0] for each in haproxy.heard] == told
    assert noted(host) == ["site.crt", "site.key", "ca.pem", "haproxy.cfg"]


def test_a_file_without_a_certificate_is_said_to_be_one(call: Call, host: Path, haproxy: HAProxy) -> None:
    (host / "site.crt").write_text("nothing\n")
    assert call("haproxy_certificates", arguments(host))["left"] == {
        str(host / "site.crt"): f"{host}/site.crt holds no certificate."
    }
    assert haproxy.heard == []


def test_nothing_is_told_in_check_mode_or_to_one_that_does_not_run(call: Call, host: Path, haproxy: HAProxy) -> None:
    assert call("haproxy_certificates", arguments(host), check_mode=True)["changed"] is False
    (host / "admin.sock").unlink()
    assert call("haproxy_certificates", arguments(host))["changed"] is False
    assert haproxy.heard == []
    assert noted(host) == ["site.crt", "site.key", "ca.pem", "haproxy.cfg"]
