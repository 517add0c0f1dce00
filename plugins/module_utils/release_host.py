# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The releases of an application on this host: what is seen of them, and the steps of a plan, done. Only I/O."""

from __future__ import annotations

import csv
import http.client
import io
import os
import re
import shutil
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

from ansible_collections.scaleup.webstack.plugins.module_utils.errors import UnreachableError, WaitError
from ansible_collections.scaleup.webstack.plugins.module_utils.files import NOTES
from ansible_collections.scaleup.webstack.plugins.module_utils.release import SLOTS, Action, Seen, Slot, Step
from ansible_collections.scaleup.webstack.plugins.module_utils.runtime import ask, say, until

Run = Callable[[list[str]], tuple[int, str, str]]
COMPLETE = ".webstack-release"
CONTAINER = "[Container]"  # a release whose mark begins so is an image, and podman makes its unit (Quadlet)
PAUSE = 0.2
ANSWER_SECONDS = 3.0
DOUBTS = 2  # answers that may be bad in a row once it was healthy
LINES = 12


@dataclass(frozen=True)
class Place:
    """An application's places on a host, and how patient its steps are."""

    name: str
    host: str
    health_path: str = "/healthz"
    start_seconds: int = 30
    stop_seconds: int = 30
    gate_seconds: int = 2
    root: str = "/srv/webstack/apps"
    sockets: str = "/run/webstack-app"
    proxy: str = "/run/webstack-app-proxy/admin.sock"
    notes: str = NOTES
    environment: str = "/etc/webstack/app_server"
    systemd: str = "/etc/systemd/system"
    quadlets: str = "/etc/containers/systemd"

    @property
    def folder(self) -> str:
        """What belongs to it."""
        return os.path.join(self.root, self.name)

    @property
    def map(self) -> str:
        """The file from which the proxy knows the slot of each application."""
        return os.path.join(self.root, "slots.map")

    @property
    def ports(self) -> str:
        """The file from which the proxy knows the port of a slot, while the release in it listens on one."""
        return os.path.join(self.root, "ports.map")

    @property
    def note(self) -> str:
        """Where it is noted that it has something to read (module files)."""
        return os.path.join(self.notes, "restart", f"webstack-app-{self.name}.service")

    def units(self, slot: str) -> list[str]:
        """The units of a slot; the socket first."""
        return [f"webstack-app-{self.name}@{slot}.{kind}" for kind in ("socket", "service")]

    def drop_in(self, slot: str) -> str:
        """What the release in a slot says to its unit: a copy, because systemd reads it before all else is mounted."""
        return os.path.join(self.systemd, f"{self.units(slot)[1]}.d", "release.conf")

    def quadlet(self, slot: str) -> str:
        """What makes the unit of a slot while it holds an image, in place of the unit that other releases have."""
        return os.path.join(self.quadlets, f"webstack-app-{self.name}@{slot}.container")

    def at_boot(self, slot: str) -> str:
        """What starts the unit of an image at a boot: systemctl cannot enable what is made anew each time."""
        return os.path.join(f"{self.quadlet(slot)}.d", "at-boot.conf")

    def image(self, release: str) -> str:
        """The image of a release, if it is one."""
        return f"localhost/webstack-app-{self.name}:{release}"

    def socket(self, slot: str) -> str:
        """Where a slot listens."""
        return os.path.join(self.sockets, f"{self.name}-{slot}.sock")

    def backend(self, slot: str) -> str:
        """The name that the proxy has for a slot."""
        return f"{self.name}-{slot}"

    def releases(self, *parts: str) -> str:
        """A release, or the folder of all of them."""
        return os.path.join(self.folder, "releases", *parts)


def observe(place: Place, run: Run, *, unread: bool = False) -> Seen:
    """Look at an application; `unread` is what the caller knows of its files, beside the note on the host."""
    units = [unit for slot in SLOTS for unit in place.units(slot)]
    shown = run(["systemctl", "show", "--property=ActiveState,UnitFileState", *units])[1]
    blocks = [dict(line.split("=", 1) for line in block.splitlines()) for block in shown.strip().split("\n\n")]
    said = dict(zip(units, blocks, strict=False))  # nothing is said where systemd does not run
    slots = {}
    for slot in SLOTS:
        release = linked(place, slot)
        service = said.get(place.units(slot)[1], {})
        active = service.get("ActiveState") in ("active", "activating", "reloading", "deactivating")
        enabled = service.get("UnitFileState") == "enabled" or os.path.exists(place.at_boot(slot))
        slots[slot] = Slot(release, active, enabled)
    seen_slot = slot_of(place)
    healthy = bool(seen_slot) and slots[seen_slot].active and not unhealthy(place, seen_slot)
    return Seen(
        slots=slots,
        kept=seen_slot,
        pointed=pointed(place) or seen_slot,
        releases=complete(place),
        history=_lines(os.path.join(place.folder, "history")),
        stale=unread or os.path.exists(place.note),
        healthy=healthy,
    )


def slot_of(place: Place) -> str:
    """The slot that serves, by the file; empty if none does."""
    return next((words[1] for line in _lines(place.map) if (words := line.split())[:1] == [place.name]), "")


def deployed(place: Place) -> list[str]:
    """The names of all applications that serve here, by the file."""
    return sorted(line.split()[0] for line in _lines(place.map) if line.strip())


def port_of(place: Place, slot: str) -> int:
    """The port that the release in a slot listens on; 0 if it takes the socket."""
    found = [line.split()[1] for line in _lines(place.ports) if line.split()[:1] == [place.backend(slot)]]
    return int(found[0]) if found else 0


def serving(place: Place) -> str:
    """The release that serves; empty if none ever has."""
    return linked(place, slot_of(place) or "-")


def linked(place: Place, slot: str) -> str:
    """The release in a slot; empty if there is none."""
    link = os.path.join(place.folder, slot)
    return os.path.basename(os.readlink(link)) if os.path.islink(link) else ""


def complete(place: Place) -> list[str]:
    """The releases that were built to their end, oldest first."""
    with suppress(FileNotFoundError):
        names = os.listdir(place.releases())
        marks = {name: place.releases(name, COMPLETE) for name in names}
        there = {name: os.stat(mark).st_mtime for name, mark in marks.items() if os.path.exists(mark)}
        return sorted(there, key=lambda name: (there[name], name))
    return []


def migrated(place: Place) -> list[str]:
    """The releases whose migration has been run, here or on another host."""
    return _lines(os.path.join(place.folder, "migrated"))


def pointed(place: Place) -> str:
    """The slot by the running proxy; nothing where none runs, which will read the file."""
    if not os.path.exists(place.proxy):
        return ""
    try:
        shown = ask(place.proxy, f"show map {place.map}")
    except UnreachableError:
        return ""
    found = re.search(rf"^\S+ {re.escape(place.name)} (\S+)$", shown, re.MULTILINE)
    # One that runs and knows of no slot takes the first one.
    return found[1] if found else "none" if "Unknown map" in shown else SLOTS[0]


def unhealthy(place: Place, slot: str) -> str:
    """Why the application in a slot is not healthy, in words; nothing if it is."""
    connection = http.client.HTTPConnection("localhost", timeout=ANSWER_SECONDS)
    try:
        port = port_of(place, slot)
        connection.sock = socket.socket(socket.AF_INET if port else socket.AF_UNIX, socket.SOCK_STREAM)
        connection.sock.settimeout(ANSWER_SECONDS)
        connection.sock.connect(("127.0.0.1", port) if port else place.socket(slot))
        connection.request("GET", place.health_path, headers={"Connection": "close"})
        status = connection.getresponse().status
    except TimeoutError:
        return f"{place.health_path} was not answered within {ANSWER_SECONDS:g} s"
    except (OSError, http.client.HTTPException) as error:
        return f"{place.health_path} was not answered ({type(error).__name__})"
    else:
        return "" if status == http.client.OK else f"{place.health_path} was answered with status {status}"
    finally:
        connection.close()


def apply(steps: Iterable[Step], place: Place, run: Run) -> list[Step]:
    """Do the steps; a gate that is not passed takes its own slot away again, and ends them."""
    done = []
    for step in steps:
        _DO[step.action](step, place, run)
        done.append(step)
    return done


def _stop(step: Step, place: Place, run: Run) -> None:
    # The socket first: a stray connection would start the service again.
    _system(run, "disable", "--quiet", *place.units(step.slot))
    _unlink(place.at_boot(step.slot))
    # Workers stop with it, and are waited for; a job that is at work goes on to its end.
    shown = run(["systemctl", "show", "--property=BoundBy", place.units(step.slot)[1]])[1]
    bound = [unit for line in shown.splitlines() if line.startswith("BoundBy=") for unit in line[8:].split()]
    units = [*place.units(step.slot), *bound]
    _system(run, "stop", *units)
    # How they have ended is of no importance any more.
    run(["systemctl", "reset-failed", *units])


def _link(step: Step, place: Place, _run: Run) -> None:
    link = os.path.join(place.folder, step.slot)
    candidate = f"{link}.new"
    _unlink(candidate)
    lines = _lines(place.releases(step.release, COMPLETE))
    said, other = place.drop_in(step.slot), place.quadlet(step.slot)
    if CONTAINER in lines[:1]:
        said, other = other, said
    os.makedirs(os.path.dirname(said), exist_ok=True)
    port, told = _listens(lines, step.slot)
    _write(said, [*lines, *told])
    _tell_port(place, step.slot, port)
    _unlink(other)
    os.symlink(os.path.join("releases", step.release), candidate)
    os.replace(candidate, link)


def _listens(lines: list[str], slot: str) -> tuple[int, list[str]]:
    """The port of a release in a slot, and how its unit is told; 0 if it takes the socket."""
    said = dict(line.split("=", 1) for line in lines if line.startswith(("Port=", "PortVariable=")))
    if not said:
        return 0, []
    port = int(said["Port"]) + SLOTS.index(slot)
    told = f"Environment={said['PortVariable']}={port}"
    # Of the service even where Podman has it from the container, for words of the command.
    return port, [*(["[Container]", told] if CONTAINER in lines[:1] else []), "[Service]", told]


def _tell_port(place: Place, slot: str, port: int) -> None:
    """The proxy knows, now and when it starts, how the release in a slot listens."""
    key = place.backend(slot)
    others = [line for line in _lines(place.ports) if line.split()[:1] != [key]]
    _write(place.ports, [*others, *([f"{key} {port}"] if port else [])])
    if not os.path.exists(place.proxy):
        return
    if not port:
        ask(place.proxy, f"del map {place.ports} {key}")  # most have none there
    elif ask(place.proxy, f"set map {place.ports} {key} {port}"):
        say(place.proxy, f"add map {place.ports} {key} {port}")


def _start(step: Step, place: Place, run: Run) -> None:
    _system(run, "daemon-reload")
    run(["systemctl", "reset-failed", *place.units(step.slot)])
    # A service that ends at once says so by its gate, with its last lines.
    run(["systemctl", "start", *place.units(step.slot)])


def _gate(step: Step, place: Place, run: Run) -> None:
    good, bad, why = 0, 0, ["it was not asked"]
    needed = max(1, round(place.gate_seconds / PAUSE))

    def passed() -> bool:
        nonlocal good, bad
        if ended := _ended(place, step.slot, run):
            why[0] = ended
            raise WaitError(ended)
        if reason := unhealthy(place, step.slot):
            why[0] = reason
            bad += 1
            if good and bad >= DOUBTS:
                raise WaitError(f"it was healthy, and then {reason}")
        else:
            good, bad = good + 1, 0
        return good >= needed

    try:
        if until(passed, place.start_seconds + place.gate_seconds, PAUSE):
            return
        fault = f"within {place.start_seconds} s {why[0]}"
    except WaitError as error:
        fault = str(error)
    lines = last_lines(place, step.slot, run)
    kept = next((line.split()[1] for line in _lines(place.map) if line.split()[:1] == [place.name]), "")
    state = "It is the one that serves."
    if kept != step.slot:
        _stop(step, place, run)
        serving = os.path.basename(os.readlink(os.path.join(place.folder, kept))) if kept else ""
        state = f"It was stopped; {serving} serves as before." if serving else "It was stopped; nothing serves yet."
    raise WaitError(
        f"{place.host}: release {step.release} of {place.name} did not pass its gate: {fault}. {state} "
        f"Its last lines: {lines or 'none'}"
    )


def _ended(place: Place, slot: str, run: Run) -> str:
    shown = run(["systemctl", "show", "--property=ActiveState,NRestarts,Result", place.units(slot)[1]])[1]
    said = dict(line.split("=", 1) for line in shown.split() if "=" in line)
    if said.get("ActiveState") == "failed" or said.get("NRestarts", "0") != "0":
        return f"its process ended by itself ({said.get('Result')})"
    return ""


def last_lines(place: Place, slot: str, run: Run) -> str:
    """The newest lines of its journal, without what its environment holds as secrets."""
    unit = place.units(slot)[1]
    run(["journalctl", "--sync"])
    command = ["journalctl", f"--unit={unit}", "--output=cat", "--no-pager", "--boot", f"--lines={LINES}"]
    text = run(command)[1].strip()
    for line in _lines(os.path.join(place.environment, f"{place.name}.env")):
        value = line.partition("=")[2].strip('"')
        if len(value) >= 16 and not value.startswith("/"):
            text = text.replace(value, "********")
    return "".join(f"\n| {line}" for line in text.splitlines())


def _keep(step: Step, place: Place, _run: Run) -> None:
    others = [line for line in _lines(place.map) if line.split()[:1] != [place.name]]
    _write(place.map, [*others, f"{place.name} {step.slot}"])


def _point(step: Step, place: Place, _run: Run) -> None:
    if not os.path.exists(place.proxy):
        return  # it reads the file when it starts
    if ask(place.proxy, f"set map {place.map} {place.name} {step.slot}"):
        say(place.proxy, f"add map {place.map} {place.name} {step.slot}")


def _enable(step: Step, place: Place, run: Run) -> None:
    if not os.path.exists(place.quadlet(step.slot)):
        _system(run, "enable", "--quiet", *place.units(step.slot))
        return
    _system(run, "enable", "--quiet", place.units(step.slot)[0])
    os.makedirs(os.path.dirname(place.at_boot(step.slot)), exist_ok=True)
    _write(place.at_boot(step.slot), ["[Install]", "WantedBy=multi-user.target"])


def _drain(step: Step, place: Place, _run: Run) -> None:
    """Wait until the proxy has no request there; one that takes too long ends with the service's own patience."""
    quiet = 0

    def idle() -> bool:
        nonlocal quiet
        quiet = quiet + 1 if requests(place, step.slot) == 0 else 0
        return quiet > DOUBTS

    until(idle, place.stop_seconds, PAUSE)


def requests(place: Place, slot: str) -> int:
    """How many requests the proxy has in a slot."""
    if not os.path.exists(place.proxy):
        return 0
    table = ask(place.proxy, f"show stat {place.backend(slot)} 2 -1").removeprefix("# ")
    return sum(int(row["scur"] or 0) + int(row["qcur"] or 0) for row in csv.DictReader(io.StringIO(table)))


def _record(step: Step, place: Place, _run: Run) -> None:
    _write(os.path.join(place.folder, "history"), step.release.splitlines())


def _forget(_step: Step, place: Place, _run: Run) -> None:
    _unlink(place.note)


def _remove(step: Step, place: Place, run: Run) -> None:
    mark = place.releases(step.release, COMPLETE)
    image = CONTAINER in _lines(mark)[:1]
    _unlink(mark)  # first, so that nobody takes the rest for a release
    if image:
        _must(run, "podman", "image", "rm", "--ignore", place.image(step.release))
    shutil.rmtree(place.releases(step.release))


_DO: dict[Action, Callable[[Step, Place, Run], None]] = {
    Action.STOP: _stop,
    Action.LINK: _link,
    Action.START: _start,
    Action.GATE: _gate,
    Action.KEEP: _keep,
    Action.POINT: _point,
    Action.ENABLE: _enable,
    Action.DRAIN: _drain,
    Action.RECORD: _record,
    Action.FORGET: _forget,
    Action.REMOVE: _remove,
}


def _system(run: Run, *words: str) -> None:
    _must(run, "systemctl", *words)


def _must(run: Run, *words: str) -> None:
    status, out, err = run([*words])
    if status:
        raise WaitError(f"{' '.join(words)} ended with {status}: {(err or out).strip()}")


def _unlink(path: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)


def _lines(path: str) -> list[str]:
    with suppress(FileNotFoundError), open(path, encoding="utf-8") as file:
        return [line for line in file.read().splitlines() if line.strip()]
    return []


def _write(path: str, lines: list[str]) -> None:
    candidate = f"{path}.new"
    with open(candidate, "w", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())
    os.replace(candidate, path)
