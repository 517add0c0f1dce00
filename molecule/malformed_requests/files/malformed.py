"""Requests that nobody should send, and how they are answered: malformed.py NAME CA COUNT SEED ADDRESS...

COUNT of them in all, each on a connection of its own, half of them without TLS; the same ones for the same SEED. Prints
JSON: how many were sent, how often each status was the answer (closed: none came; open: none has come yet; other: not
one of HTTP/1), and how many could not be sent.
"""

from __future__ import annotations

import json
import random
import socket
import ssl
import sys
from collections import Counter
from collections.abc import Callable
from multiprocessing import Pool

NAME, CA, COUNT, SEED, *ADDRESSES = sys.argv[1:]
CLIENTS = 16
PATIENCE = 0.1
TLS = ssl.create_default_context(cafile=CA)
TLS.set_alpn_protocols(["http/1.1"])
HTTP2 = ssl.create_default_context(cafile=CA)
HTTP2.set_alpn_protocols(["h2"])
HOST = f"Host: {NAME}\r\n".encode()
Chance = random.Random


def noise(chance: Chance, most: int = 200) -> bytes:
    return chance.randbytes(chance.randint(1, most))


def text(chance: Chance, most: int = 40) -> bytes:
    return bytes(chance.choice(b"abcXYZ019/%.:;=?& \t\"'<>{}|\\^~") for _each in range(chance.randint(1, most)))


# Heads and bodies that break the grammar, lie about their length, or are read in two ways by two readers.
KINDS: list[Callable[[Chance], bytes]] = [
    noise,
    lambda chance: text(chance) + b"\r\n\r\n",
    lambda chance: text(chance, 8) + b" / HTTP/1.1\r\n" + HOST + b"\r\n",
    lambda chance: b"GET " + text(chance) + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    lambda chance: b"GET /" + noise(chance) + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    lambda chance: b"GET /%" + text(chance, 4) + b" HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n",
    lambda chance: b"GET / HTTP/" + text(chance, 4) + b"\r\n" + HOST + b"\r\n",
    lambda _chance: b"GET / HTTP/1.1\r\n\r\n",
    lambda chance: b"GET / HTTP/1.1\r\n" + HOST + b"Host: " + text(chance) + b"\r\n\r\n",
    lambda chance: b"GET / HTTP/1.1\r\n" + HOST + text(chance) + b"\r\n\r\n",
    lambda chance: b"GET / HTTP/1.1\r\n" + HOST + b"X-Noise: " + noise(chance) + b"\r\n\r\n",
    lambda chance: b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"x" * chance.randint(15000, 30000) + b"\r\n\r\n",
    lambda chance: b"GET /" + b"x" * chance.randint(15000, 30000) + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    lambda chance: b"GET / HTTP/1.1\r\n" + HOST + b"X: y\r\n" * chance.randint(200, 500) + b"\r\n",
    lambda chance: b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: " + text(chance, 6) + b"\r\n\r\nx",
    lambda _chance: b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    lambda chance: b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: -%d\r\n\r\n" % chance.randint(1, 9),
    lambda chance: b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\n\r\n" % chance.randint(2**31, 2**70),
    lambda chance: b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n" + text(chance, 8) + b"\r\n",
    lambda chance: b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: " + text(chance, 8) + b"\r\n\r\n0\r\n\r\n",
    lambda _chance: b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    lambda chance: b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + noise(chance),
]


def answer(client: socket.socket, said: bytes) -> str:
    """Send it, and name what comes back."""
    client.settimeout(PATIENCE)
    try:
        client.sendall(said)
        line = client.recv(64)
    except TimeoutError:
        return "open"
    except OSError:
        return "closed"
    words = line.split()
    if line.startswith(b"HTTP/1.") and len(words) > 1:
        return words[1].decode("ascii", "replace")
    return "other" if line else "closed"


def one(chance: Chance) -> str:
    """One request on a connection of its own; raises OSError if not even that comes about."""
    way = chance.randrange(8)
    with socket.create_connection((chance.choice(ADDRESSES), 80 if way < 4 else 443), 5) as client:
        if way == 4:  # no TLS at all
            return answer(client, noise(chance))
        if way < 4:
            return answer(client, chance.choice(KINDS)(chance))
        with (HTTP2 if way == 5 else TLS).wrap_socket(client, server_hostname=NAME) as secure:
            preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" if way == 5 else b""
            return answer(secure, preface + (noise(chance) if preface else chance.choice(KINDS)(chance)))


def share(number: int) -> tuple[Counter[str], Counter[str]]:
    """What one of the clients has seen, and what went wrong before it could send anything."""
    chance = Chance(f"{SEED} {number}")
    seen: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for _each in range(int(COUNT) // CLIENTS):
        try:
            seen[one(chance)] += 1
        except OSError as error:
            failed[type(error).__name__] += 1
    return seen, failed


if __name__ == "__main__":
    with Pool(CLIENTS) as pool:
        shares = pool.map(share, range(CLIENTS))
    answers: Counter[str] = sum((seen for seen, _failed in shares), Counter())
    failures: Counter[str] = sum((failed for _seen, failed in shares), Counter())
    print(json.dumps({"sent": answers.total(), "answers": dict(answers), "not_sent": dict(failures)}))
