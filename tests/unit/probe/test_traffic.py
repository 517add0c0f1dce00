"""The prober against servers that really misbehave: each kind of damage must be seen, and named rightly."""

import asyncio
import datetime
import json
import signal
import ssl
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import probe
import pytest
from scenes import FAST, always, once, run
from servers import Application, free_port, serving

traffic = pytest.mark.traffic


@traffic(requests=60, writes=0.3, fresh=0.3)
def test_a_good_server_gives_clean_books(played):
    summary, application = played.summary, played.application
    assert summary["ok"], summary
    assert (summary["requests"], summary["good"], summary["raw_errors"]) == (60, 60, 0)
    assert summary["writes"]["acknowledged"] == len(application.rows) > 5
    assert summary["hosts"]["balancer"] == {"lb1": 60 - len(application.rows)}
    keys = [key for method, _path, key in application.requests if method == "POST"]
    assert len(set(keys)) == len(keys)


@traffic(in_flight=1)
def test_kept_connections_are_kept(played):
    assert played.application.connections == 1


@traffic(fresh=1.0)
def test_fresh_connections_are_fresh(played):
    assert played.application.connections == 10


KINDS = {
    "error": "status 500",
    "missing": "status 404",
    "reset": "reset",
    "hang_up": "reset",
    "half": "reset",
    "stall": "timeout",
    "garbage": "malformed",
}


def each_fault(decide, **options):
    """One test for each fault, its kind of raw error, and traffic in which a server shows it."""
    impatient = {"stall": {"attempt_timeout": 0.4}}
    scenes = {fault: traffic(fault=decide(fault), **impatient.get(fault, {}), **options) for fault in KINDS}
    return pytest.mark.parametrize(
        "kind", [pytest.param(KINDS[fault], id=fault, marks=scene) for fault, scene in scenes.items()]
    )


@each_fault(once)
def test_one_bad_answer_is_a_raw_error_and_the_retry_saves_the_request(played, kind):
    summary = played.summary
    assert summary["raw_errors_by_kind"] == {kind: 1}
    assert (summary["failed"], summary["retried"], summary["ok"]) == (0, 1, True)
    assert summary["first_raw_errors"][0]["kind"] == kind


@each_fault(always, requests=4)
def test_a_request_that_fails_twice_has_failed(played, kind):
    summary = played.summary
    assert (summary["failed"], summary["good"], summary["raw_errors"], summary["ok"]) == (4, 0, 8, False)
    assert summary["raw_errors_by_kind"] == {kind: 8}


def test_a_dead_port_is_refused():
    summary = run(free_port(), requests=3, writes=0.5)
    assert summary["raw_errors_by_kind"] == {"refused": 6}
    assert (summary["failed"], summary["ok"]) == (3, False)
    assert summary["writes"]["unknown"] == 0
    assert summary["writes"]["never_sent"] == summary["writes"]["sent"]


@traffic(fault=once("error", number=5), requests=8, in_flight=1)
def test_the_retry_is_on_a_fresh_connection(played):
    assert played.application.connections == 2


@traffic(fault=always("stall"), requests=1, attempt_timeout=0.7, deadline=0.75)
def test_the_deadline_bounds_a_request(played):
    assert played.summary["failed"] == 1
    assert played.summary["seconds"] < 1.3  # two whole attempts would take more


@traffic(fault=always("good_then_close"), rate=20, requests=8)
def test_a_kept_connection_closed_while_idle_is_no_error(played):
    assert (played.summary["good"], played.summary["raw_errors"]) == (8, 0)


def test_a_connection_that_has_rested_too_long_is_used_no_more():
    async def look():
        connection = probe.Connection(None, asyncio.StreamReader(), SimpleNamespace(is_closing=lambda: False))
        before = connection.stale
        connection.rested -= probe.IDLE
        return before, connection.stale

    assert asyncio.run(look()) == (False, True)


@traffic(fault=always("chunked"), requests=5)
def test_chunked_answers_are_understood(played):
    assert (played.summary["good"], played.summary["hosts"]["web"]) == (5, {"web1": 5})


@traffic(fault=once("forget", "POST"), writes=1.0)
def test_a_lost_write_is_found(played):
    writes = played.summary["writes"]
    assert (writes["lost"], writes["duplicated"], played.summary["ok"]) == (1, 0, False)
    assert len(writes["lost_keys"]) == 1


@traffic(fault=once("other_text", "POST"), writes=1.0)
def test_a_write_with_other_content_is_lost(played):
    assert (played.summary["writes"]["lost"], played.summary["ok"]) == (1, False)


@traffic(
    fault=lambda number, method: "write_again_then_reset" if number == 1 else "write_again",
    writes=1.0,
    requests=5,
    rate=10,
)
def test_a_retry_that_writes_twice_is_found(played):
    summary = played.summary
    assert (summary["writes"]["duplicated"], summary["writes"]["lost"], summary["failed"]) == (1, 0, 0)
    assert not summary["ok"]


@traffic(fault=once("write_then_reset", "POST"), writes=1.0)
def test_an_idempotent_server_makes_the_same_retry_harmless(played):
    summary = played.summary
    assert (summary["writes"]["duplicated"], summary["writes"]["lost"], summary["raw_errors"]) == (0, 0, 1)
    assert summary["ok"]


@pytest.mark.parametrize(
    "present",
    [
        pytest.param(present, id=fault, marks=traffic(fault=always(fault), writes=1.0, requests=1))
        for fault, present in {"write_then_error": 1, "error": 0}.items()
    ],
)
def test_a_write_without_an_answer_is_unknown(played, present):
    writes = played.summary["writes"]
    assert (writes["unknown"], writes["unknown_present"], writes["lost"], writes["acknowledged"]) == (1, present, 0, 0)


@traffic(visible_after=0.6, writes=1.0, requests=5, settle=3.0)
def test_a_late_replica_is_waited_for(played):
    assert played.summary["ok"], played.summary["verdict"]


@traffic(visible_after=60.0, writes=1.0, requests=5)
def test_waiting_for_a_late_replica_has_a_bound(played):
    assert played.summary["writes"]["lost"] == 5
    assert played.seconds < 3


def test_a_server_that_is_gone_at_the_end_leaves_writes_unverified():
    application = Application()
    with serving(application) as port:
        targets = [probe.Target("127.0.0.1", port, "x.test", None)]
        options = probe.Options(rate=100, seconds=1, requests=5, writes=1.0, fresh=1.0, reads=("/",), **FAST)

        async def send():
            prober = probe.Prober("x.test", targets, options)
            await prober.run()
            return prober

        prober = asyncio.run(send())
    books = probe.reconcile(prober.ledger, asyncio.run(prober.read_back()))
    assert len(books.unverified) == 5
    assert books.lost == ()


def out_of_order():
    """Answers nothing well from 0.5 s to 1.1 s after the first request."""
    began = []

    def decide(number, method):
        began.append(time.monotonic())
        return "error" if 0.5 < began[-1] - began[0] < 1.1 else None

    return decide


@traffic(fault=out_of_order(), rate=50, requests=80)
def test_an_outage_shows_as_the_longest_gap(played):
    assert 550 < played.summary["longest_gap_ms"]["all"] < 1200
    assert played.summary["failed"] > 10


@traffic(fault=always("slow"), rate=100, requests=50)
def test_requests_start_on_schedule_although_the_server_is_slow(played):
    assert played.seconds < 2.5  # one after the other would take 7.5 s
    assert played.summary["latency_ms"]["all"]["p50"] >= 150


@traffic(fault=always("slow"), rate=100, requests=10, in_flight=1)
def test_a_stall_of_the_open_requests_shows_in_the_latencies(played):
    assert played.summary["latency_ms"]["all"]["max"] > 1000
    assert played.summary["prober"]["late_max_ms"] > 900


def test_each_vip_has_its_turn_and_its_books():
    with serving(Application()) as good:
        targets = [probe.Target("127.0.0.1", port, "x.test", None) for port in (good, free_port())]
        options = probe.Options(rate=100, seconds=1, requests=10, writes=0, fresh=0.5, reads=("/",), **FAST)
        summary, _ledger = asyncio.run(probe.probe("http://x.test", targets, options))
    assert [summary["targets"][target.name]["requests"] for target in targets] == [5, 5]
    assert [summary["targets"][target.name]["failed"] for target in targets] == [0, 5]


def command(port, *arguments):
    script = Path(probe.__file__)
    return [sys.executable, str(script), f"http://127.0.0.1:{port}", "--rate", "50", *arguments]


def test_the_command_writes_json_table_and_ledger(tmp_path):
    report, ledger = tmp_path / "report.json", tmp_path / "ledger"
    with serving(Application()) as port:
        arguments = ["--requests", "20", "--writes", "0.5", "--json", str(report), "--ledger", str(ledger)]
        done = subprocess.run(command(port, *arguments), check=False, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("PROVED\n")
    summary = json.loads(report.read_text())
    entries = [json.loads(line) for line in ledger.read_text().splitlines()]
    assert summary["writes"]["acknowledged"] == len(entries) == sum(entry["acknowledged"] for entry in entries)


def test_the_command_fails_when_a_write_is_lost():
    with serving(Application(once("forget", "POST"))) as port:
        arguments = ["--requests", "10", "--writes", "1", "--settle", "0.2", "--json", "-"]
        done = subprocess.run(command(port, *arguments), check=False, capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert json.loads(done.stdout)["writes"]["lost"] == 1


def test_a_signal_ends_the_traffic_and_the_writes_are_still_read_back():
    application = Application()
    with serving(application) as port:
        arguments = command(port, "--seconds", "60", "--writes", "0.5", "--json", "-")
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
            until = time.monotonic() + 10
            while not application.rows and time.monotonic() < until:
                time.sleep(0.02)
            process.send_signal(signal.SIGTERM)
            output, _errors = process.communicate(timeout=20)
    summary = json.loads(output)
    assert process.returncode == 0
    assert summary["seconds"] < 10
    assert summary["writes"]["acknowledged"] > 0


@pytest.fixture(scope="module")
def trust(tmp_path_factory):
    """A CA, another CA, and a server context whose certificate is for www.webstack.test."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    folder = tmp_path_factory.mktemp("trust")
    now = datetime.datetime.now(datetime.UTC)

    def issue(name, issuer=None):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer[1].subject if issuer else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        if issuer is None:  # Python 3.13 verifies strictly
            usage = dict.fromkeys(
                ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
                 "key_agreement", "encipher_only", "decipher_only"), False,
            )  # fmt: skip
            signs = x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage)
            builder = builder.add_extension(signs, critical=True)
        else:
            public = issuer[0].public_key()
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
        certificate = builder.sign(issuer[0] if issuer else key, hashes.SHA256())
        (folder / f"{name}.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        (folder / f"{name}.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain))
        return key, certificate

    issue("www.webstack.test", issue("ca"))
    issue("other-ca")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "www.webstack.test.crt", folder / "www.webstack.test.key")
    return folder, context


@pytest.mark.parametrize(
    ("name", "ca", "kinds"),
    [
        ("www.webstack.test", "ca", {}),
        ("www.webstack.test", "other-ca", {"tls": 4}),
        ("elsewhere.test", "ca", {"tls": 4}),
    ],
)
def test_the_certificate_is_verified(trust, name, ca, kinds):
    folder, context = trust
    with serving(Application(), context) as port:
        url = f"https://{name}:{port}"
        targets = probe.make_targets(url, ["127.0.0.1"], str(folder / f"{ca}.crt"), allow_public=False)
        options = probe.Options(rate=50, seconds=1, requests=2, writes=0, fresh=0.5, reads=("/whoami",), **FAST)
        summary, _ledger = asyncio.run(probe.probe(url, targets, options))
    assert summary["raw_errors_by_kind"] == kinds
    assert summary["ok"] is not bool(kinds)


def test_plain_http_is_no_answer_to_tls():
    with serving(Application()) as port:
        targets = probe.make_targets(f"https://x.test:{port}", ["127.0.0.1"], None, allow_public=False)
        options = probe.Options(rate=50, seconds=1, requests=2, writes=0, fresh=0.5, reads=("/",), **FAST)
        summary, _ledger = asyncio.run(probe.probe(f"https://x.test:{port}", targets, options))
    assert (summary["good"], summary["failed"]) == (0, 2)
