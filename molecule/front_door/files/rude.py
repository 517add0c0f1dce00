"""Clients that take up room on purpose, and what a balancer answers: rude.py ADDRESS NAME CA. All is bounded."""

import json
import socket
import ssl
import sys
import time

ADDRESS, NAME, CA = sys.argv[1:4]
CONTEXT = ssl.create_default_context(cafile=CA)
HEAD = f"Host: {NAME}\r\nUser-Agent: rude\r\n"


def opened():
    """A connection, or None if it is refused."""
    try:
        return CONTEXT.wrap_socket(socket.create_connection((ADDRESS, 443), 10), server_hostname=NAME)
    except OSError:
        return None


def answer(first, more=b"", every=0.5, seconds=20.0):
    """Send `first`, then a byte of `more` now and then; return the status."""
    client = opened()
    client.settimeout(every)
    client.sendall(first)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            said = client.recv(4096)
        except TimeoutError:
            if more:
                client.sendall(more[:1])
            continue
        return int(said.split()[1]) if said else 0
    return -1


def connections(most):
    """How many connections of `most` are let in at once."""
    held = [client for client in (opened() for _each in range(most)) if client]
    for client in held:
        client.close()
    return len(held)


print(
    json.dumps(
        {
            "slow_head": answer(f"GET / HTTP/1.1\r\n{HEAD}X-Slow: ".encode(), b"x"),
            "slow_body": answer(f"POST /items HTTP/1.1\r\n{HEAD}Content-Length: 1000\r\n\r\n".encode(), b"x"),
            "large_head": answer(f"GET / HTTP/1.1\r\n{HEAD}X-Large: {'x' * 20000}\r\n\r\n".encode()),
            "large_body": answer(f"POST /items HTTP/1.1\r\n{HEAD}Content-Length: {11 << 20}\r\n\r\n".encode()),
            "connections": connections(60),
        }
    )
)
