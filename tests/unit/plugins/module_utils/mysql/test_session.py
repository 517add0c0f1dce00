"""The driver's border: names verified, time bounded, secrets kept."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import threading
from pathlib import Path
from typing import Any

import pymysql
import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import (
    InvalidError,
    QueryError,
    UnreachableError,
    WaitError,
)
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql import session as driver
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql.statement import Statement, Wait
from ansible_collections.scaleup.webstack.plugins.module_utils.secret import Secret
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.model import Member


class Connection:
    """Stands for pymysql's connection and its cursor."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.sent = error, []  # type: ignore[var-annotated]

    def cursor(self) -> Connection:
        return self

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None: ...

    def execute(self, sql: str, values: tuple[Any, ...] | None) -> None:
        self.sent.append((sql, values))
        if self.error:
            raise self.error

    def fetchall(self) -> tuple[dict[str, int], ...]:
        return ({"one": 1},)


def test_only_the_driver_sees_a_secret() -> None:
    connection = Connection()
    session = driver.Session(connection, "db1")
    assert session.run(Statement("SELECT %s", (Secret("hidden"),))) == [{"one": 1}]
    assert session.run(Statement("SHOW x LIKE '%'")) == [{"one": 1}]
    assert connection.sent == [("SELECT %s", ("hidden",)), ("SHOW x LIKE '%'", None)]


def test_errors_name_the_server_and_hide_the_secret() -> None:
    error = pymysql.err.ProgrammingError(1064, "syntax error near 'hid\\'den'")
    session = driver.Session(Connection(error), "db1")
    with pytest.raises(QueryError) as caught:
        session.run(Statement("CREATE USER x BY %s", (Secret("hid'den"),)))
    assert str(caught.value) == (
        "db1 answered \"CREATE USER x BY '********'\" with: syntax error near '********' (error 1064)"
    )
    assert caught.value.__cause__ is None


def test_waiting_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "_POLL_SECONDS", 0.01)
    session = driver.Session(Connection(), "db1")
    answers = iter(["not yet", "not yet", ""])
    session.wait(Wait(Statement("SELECT 1"), lambda _: next(answers), 5))
    with pytest.raises(WaitError, match="db1 was not ready within 0 s: still starting"):
        session.wait(Wait(Statement("SELECT 1"), lambda _: "still starting", 0))

    def pointless(_column: object) -> str:
        raise InvalidError("replication stopped: duplicate key")

    with pytest.raises(QueryError, match="On db1 replication stopped: duplicate key"):
        session.wait(Wait(Statement("SELECT 1"), pointless, 5))


def test_refused_and_silent_servers_are_unreachable(tmp_path: Path) -> None:
    login = driver.Login("u", Secret("hidden"), ca_file=authority(tmp_path)[0], connect_timeout=0.2)  # type: ignore[arg-type]
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        with (
            pytest.raises(UnreachableError, match="refused"),
            driver.open_session(login, Member("db1", "127.0.0.1", port)),
        ):
            pass
        listener.listen()  # accepts, and never says a word
        with pytest.raises(UnreachableError), driver.open_session(login, Member("db1", "127.0.0.1", port)):
            pass


def test_a_missing_ca_is_said(tmp_path: Path) -> None:
    login = driver.Login("u", Secret(""), ca_file=str(tmp_path / "none.pem"))
    with pytest.raises(UnreachableError, match="No such file"), driver.open_session(login, Member("db1", "127.0.0.1")):
        pass


def test_the_local_socket_is_asked_without_tls_and_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Local(Connection):
        closed = False

        def close(self) -> None:
            self.closed = True

    asked: dict[str, Any] = {}
    connection = Local()
    monkeypatch.setattr(pymysql, "connect", lambda **options: asked.update(options) or connection)
    login = driver.Login("root", Secret(""), unix_socket="/run/mysqld/mysqld.sock")
    with driver.open_session(login, Member("db1", ""), 60) as session:
        assert session.run(Statement("SELECT 1")) == [{"one": 1}]
        assert not connection.closed
    assert connection.closed
    assert (asked["unix_socket"], asked["ssl_disabled"]) == ("/run/mysqld/mysqld.sock", True)
    assert (asked["connect_timeout"], asked["read_timeout"], asked["write_timeout"]) == (3, 60, 60)


def test_a_connection_that_is_accepted_is_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    channels: list[socket.socket] = []
    monkeypatch.setattr(pymysql.Connection, "connect", lambda self, channel: channels.append(channel))
    monkeypatch.setattr(pymysql.Connection, "close", lambda self: channels.pop().close())
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        login = driver.Login("u", Secret(""), ca_file=authority(tmp_path)[0], tls_name="mysql.webstack.internal")
        with driver.open_session(login, Member("db1", "127.0.0.1", port)):
            assert channels[0].getpeername() == ("127.0.0.1", port)
    assert channels == []


@pytest.mark.parametrize(
    ("tls_name", "accepted"), [("mysql.webstack.internal", True), ("", True), ("other.webstack.internal", False)]
)
def test_the_name_is_verified_not_the_address(tmp_path: Path, tls_name: str, accepted: bool) -> None:
    """A listener that speaks as much of the protocol as it takes to reach TLS."""
    ca_file, chain = authority(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    handshakes: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=greet, args=(listener, context, handshakes), daemon=True)
        thread.start()
        login = driver.Login("u", Secret("hidden"), ca_file=ca_file, tls_name=tls_name, connect_timeout=2)
        member = Member("db1", "127.0.0.1", listener.getsockname()[1])
        with pytest.raises(UnreachableError) as caught, driver.open_session(login, member):
            pass
        thread.join(5)
    assert handshakes == (["done"] if accepted else ["failed"])
    assert ("certificate verify failed" in str(caught.value)) == (not accepted)


def greet(listener: socket.socket, context: ssl.SSLContext, handshakes: list[str]) -> None:
    peer, _address = listener.accept()
    capabilities = 0x80000000 - 1
    body = b"\x0a9.7.4\0" + (1).to_bytes(4, "little") + b"12345678\0" + (capabilities & 0xFFFF).to_bytes(2, "little")
    body += b"\xff\x02\0" + (capabilities >> 16).to_bytes(2, "little") + b"\x15" + b"\0" * 10 + b"123456789012\0"
    body += b"caching_sha2_password\0"
    peer.sendall(len(body).to_bytes(3, "little") + b"\0" + body)
    peer.recv(36)
    try:
        context.wrap_socket(peer, server_side=True).recv(1)
        handshakes.append("done")
    except ssl.SSLError:
        handshakes.append("failed")


def authority(folder: Path) -> tuple[str, str]:
    """A CA file, and a server's key with its certificate for one name and 127.0.0.1."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test CA")])
    now = datetime.datetime.now(datetime.UTC)

    def certificate(subject: x509.Name, public: ec.EllipticCurvePublicKey, *extensions: tuple[Any, bool]) -> bytes:
        builder = x509.CertificateBuilder(ca_name, subject, public, x509.random_serial_number())
        builder = builder.not_valid_before(now - datetime.timedelta(hours=1))
        builder = builder.not_valid_after(now + datetime.timedelta(days=1))
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(ca_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    authority_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    subject_id = x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key())
    basic = x509.BasicConstraints(ca=True, path_length=None)
    names = x509.SubjectAlternativeName(
        [x509.DNSName("mysql.webstack.internal"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    )
    ca_file, chain = folder / "ca.pem", folder / "server.pem"
    ca_file.write_bytes(certificate(ca_name, ca_key.public_key(), (basic, True), (usage, True), (subject_id, False)))
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    leaf = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "db1")])
    chain.write_bytes(pem + certificate(leaf, key.public_key(), (names, False), (authority_id, False)))
    return str(ca_file), str(chain)
