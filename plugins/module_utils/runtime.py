# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""HAProxy's runtime interface, and the role agents that it asks. Only I/O."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from ansible_collections.scaleup.webstack.plugins.module_utils.errors import InvalidError, UnreachableError
from ansible_collections.scaleup.webstack.plugins.module_utils.following import Moment

_ANSWER_SECONDS = 2.0
_ASK_SECONDS = 0.5
_POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Agent:
    """Where a database host says which part it plays, and the name that its certificate must carry."""

    address: str
    port: int
    tls_name: str
    ca_file: str


def ask(path: str, command: str) -> str:
    """One command to the HAProxy at a unix socket; its answer."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
            channel.settimeout(_ANSWER_SECONDS)
            channel.connect(path)
            channel.sendall(f"{command}\n".encode())
            return b"".join(iter(partial(channel.recv, 65536), b"")).decode(errors="replace").strip()
    except OSError as error:
        raise UnreachableError(f"HAProxy does not answer at {path}: {error.strerror or error}.") from None


def say(path: str, command: str) -> str:
    """One command to the HAProxy at a unix socket. What it does not take is an error."""
    if answer := ask(path, command):
        raise InvalidError(f"HAProxy answered {command!r} with: {answer}")
    return answer


def take_up(path: str, file: str, text: str, shown: str) -> None:
    """Have a running HAProxy use this text in place of a certificate that it has read.

    It shows this fingerprint afterwards. If it does not take the text it goes on with what it has; no error shows it.
    """
    lines = "".join(f"{line}\n" for line in text.splitlines() if line.strip())
    answers = [ask(path, f"set ssl cert {file} <<\n{lines}")]
    if "transaction" in answers[0].lower():  # HAProxy writes it both ways
        answers.append(ask(path, f"commit ssl cert {file}"))
        if "Success!" in answers[1]:
            if shown.upper() in ask(path, f"show ssl cert {file}").upper():
                return
            answers.append("It shows another one.")
        else:
            ask(path, f"abort ssl cert {file}")
    raise InvalidError(f"HAProxy at {path} does not take {file}: {' '.join(' '.join(answers).split())}")


def until(holds: Callable[[], bool], seconds: float, pause: float) -> bool:
    """Ask again and again, for at most this long, until something holds; return whether it does."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() >= end:
            return False
        time.sleep(pause)
    return True


def moments(old: Agent, new: Agent, seconds: float) -> Iterator[Moment]:
    """What both agents say, ten times a second, for at most this long."""
    end = time.monotonic() + seconds
    with ThreadPoolExecutor(max_workers=2) as pool:
        while (now := time.monotonic()) < end:
            old_writes, new_writes = pool.map(_is_writer, (old, new))
            yield Moment(time.monotonic(), old_writes, new_writes)
            time.sleep(max(0.0, now + _POLL_SECONDS - time.monotonic()))


def _is_writer(agent: Agent) -> bool:
    """Whether it says that its server takes writes; one that does not answer does not say so."""
    context = ssl.create_default_context(cafile=agent.ca_file)
    connection = http.client.HTTPConnection(agent.address, agent.port, timeout=_ASK_SECONDS)
    try:
        plain = socket.create_connection((agent.address, agent.port), _ASK_SECONDS)
        connection.sock = context.wrap_socket(plain, server_hostname=agent.tls_name)
        connection.request("GET", "/writer", headers={"Host": agent.tls_name})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
