"""Says which ports of which addresses this host reaches: all at once, in little more than the time-out.

Standard input: {"seconds", "targets": [[host, address, protocol, port], ...]}, protocol tcp or udp. Prints as JSON, in
the same order, [own address, verdict]: "open", "refused" (it arrived, and nothing listens), "dropped" (no answer within
`seconds`; for UDP a silent service looks the same), "itself" (an address of this host), or the name of another error.
"""

from __future__ import annotations

import errno
import json
import selectors
import socket
import sys
import time

KINDS = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}
UNDER_WAY = (0, errno.EINPROGRESS)


def began(address: str, protocol: str, port: int) -> tuple[socket.socket, int]:
    """Start one connection; return its socket and the error that it began with."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    made = socket.socket(family, KINDS[protocol])
    made.setblocking(False)
    where: tuple[str, int] | tuple[str, int, int, int] = (address, port)
    if address.startswith("fe80:"):
        # An address of the link needs the link: a lab host has one.
        where = (address, port, 0, next(number for number, name in socket.if_nameindex() if name != "lo"))
    status = made.connect_ex(where)
    if protocol == "udp" and not status:
        made.send(b"\0")
    return made, status


def ended(made: socket.socket, protocol: str) -> int:
    """Return the error of a socket that has something to say, 0 if it is connected or answered."""
    status = made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if protocol == "udp" and not status:
        try:
            made.recv(1)
        except OSError as error:
            return error.errno or 0
    return status


def word(status: int) -> str:
    """The verdict of an error's number."""
    return {0: "open", errno.ECONNREFUSED: "refused", errno.ETIMEDOUT: "dropped"}.get(
        status, errno.errorcode.get(status, str(status))
    )


def reach(targets: list[tuple[str, str, int]], seconds: float) -> list[tuple[str, str]]:
    """Try all of them at once."""
    own, verdicts, selector = [""] * len(targets), ["dropped"] * len(targets), selectors.DefaultSelector()
    for index, (address, protocol, port) in enumerate(targets):
        made, status = began(address, protocol, port)
        own[index] = made.getsockname()[0].partition("%")[0]
        if own[index] == address or status not in UNDER_WAY:
            verdicts[index] = "itself" if own[index] == address else word(status)
            made.close()
        else:
            event = selectors.EVENT_WRITE if protocol == "tcp" else selectors.EVENT_READ
            selector.register(made, event, (made, index, protocol))
    deadline = time.monotonic() + seconds
    while selector.get_map() and (left := deadline - time.monotonic()) > 0:
        for key, _events in selector.select(left):
            made, index, protocol = key.data
            verdicts[index] = word(ended(made, protocol))
            selector.unregister(made)
            made.close()
    for key in list(selector.get_map().values()):
        key.data[0].close()
    return list(zip(own, verdicts, strict=True))


def main() -> None:
    """Standard input to standard output."""
    given = json.load(sys.stdin)
    print(json.dumps(reach([(each[1], each[2], int(each[3])) for each in given["targets"]], given["seconds"])))


if __name__ == "__main__":
    main()
