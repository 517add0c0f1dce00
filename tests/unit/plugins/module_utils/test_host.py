"""What a host says of itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils import host
from authorities import Authority

ADDRESSES = """[{"ifname":"lo","addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8}]},
 {"ifname":"eth0","addr_info":[{"local":"192.0.2.11","prefixlen":24},{"local":"fe80::1","prefixlen":64}]},
 {"ifname":"bond0"},{}]"""
DPKG = "ii  nginx\nhi  haproxy\nrc  apache2\niU  mysql-server\nun  keepalived\n"


def test_interfaces() -> None:
    assert host.interfaces(ADDRESSES) == {
        "lo": ["127.0.0.1/8"],
        "eth0": ["192.0.2.11/24", "fe80::1/64"],
        "bond0": [],
    }
    assert host.interfaces("") == {}


def test_only_whole_packages_count() -> None:
    assert host.installed(DPKG) == ["haproxy", "nginx"]


def test_packages_that_dpkg_does_not_know_are_no_error() -> None:
    asked = []

    def run(command: list[str]) -> tuple[int, str, str]:
        asked.append(command)
        return 1, "ii  nginx\n", "dpkg-query: no packages found matching keepalived"

    assert host.packages(["nginx", "keepalived"], run) == ["nginx"]
    assert asked[0][-2:] == ["nginx", "keepalived"]
    assert host.packages([], run) == []
    assert len(asked) == 1


def test_memory() -> None:
    assert host.memory_mib("MemTotal:       24689120 kB\nMemFree: 1 kB\n") == 24110


@pytest.mark.parametrize(
    ("limits", "mib"),
    [([], None), (["max\n"], None), (["1073741824\n"], 1024), (["max\n", "9223372036854771712\n"], 8796093022207)],
)
def test_memory_that_a_control_group_leaves(limits: list[str], mib: int | None) -> None:
    assert host.limit_mib(limits) == mib


def test_files(tmp_path: Path) -> None:
    (tmp_path / "a.crt").write_text("a")
    (tmp_path / "d").mkdir()
    assert host.checksums([f"{tmp_path}/*"]) == {f"{tmp_path}/a.crt": "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"}
    assert host.texts([f"{tmp_path}/a.crt", f"{tmp_path}/none"]) == {f"{tmp_path}/a.crt": "a"}


def test_folders(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / name).mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("a")
    assert host.folders([str(tmp_path), f"{tmp_path}/none"]) == {str(tmp_path): ["a", "b"]}


def test_users() -> None:
    found = host.users({"root": 0, "webstack-nobody": "0"})
    assert found["root"] == {"uid": 0, "others": []}
    assert found["webstack-nobody"]["uid"] is None
    assert "root" in found["webstack-nobody"]["others"]


def test_room_for_a_path_to_come(tmp_path: Path) -> None:
    room = host.free_mib([str(tmp_path), f"{tmp_path}/to/come"])
    assert room[str(tmp_path)] == pytest.approx(room[f"{tmp_path}/to/come"], rel=0.1)
    assert room[str(tmp_path)] > 0


@pytest.mark.parametrize(
    ("hard", "expected"), [("10000", 10000), ("1073741816", 524288), ("unlimited", 524288)], ids=str
)
def test_how_many_files_a_service_may_open(hard: str, expected: int) -> None:
    limits = f"Limit Soft Limit Hard Limit Units\nMax open files            1024         {hard}       files\n"
    assert host.open_files(limits) == expected


def test_this_host() -> None:
    nothing = {name: [] for name in ("packages", "checksums", "texts", "neighbours", "authorities")}
    asked = {"free_mib": ["/"], "mounts": ["/proc", "/proc/self"], "folders": ["/proc/self"], "users": {"root": 0}}
    seen = host.look({**nothing, **asked}, lambda command: (0, "", ""))
    assert seen["processors"] >= 1
    assert seen["memory_mib"] > 100
    assert seen["mounts"] == ["/proc"]
    assert "net" in seen["folders"]["/proc/self"]
    assert seen["users"]["root"]["uid"] == 0
    assert 100 < seen["open_files"] <= 524288
    assert {"distribution", "release", "python", "interfaces", "packages", "free_mib"} <= seen.keys()


def test_while_one_ca_takes_the_place_of_another_the_key_is_one_of_theirs(tmp_path: Path) -> None:
    old, new, other = (Authority.made(name) for name in ("old", "new", "other"))
    paths = {name: tmp_path / name for name in ("ca.crt", "ca.key", "next.crt")}
    pair = {"certificate": str(paths["ca.crt"]), "key": str(paths["ca.key"]), "successor": str(paths["next.crt"])}
    paths["ca.crt"].write_text(old.certificate)

    def judged(key: Authority) -> str:
        paths["ca.key"].write_text(key.private)
        return host.certificate_faults([pair])[str(paths["ca.crt"])]

    assert judged(old) == ""
    assert judged(new) == "does not match its private key"
    paths["next.crt"].write_text(new.certificate)
    assert (judged(old), judged(new)) == ("", "")
    assert judged(other) == "does not match its private key"
    paths["ca.key"].unlink()
    assert "has no private key" in host.certificate_faults([pair])[str(paths["ca.crt"])]


def test_the_distribution() -> None:
    text = '# made by hand\nID=debian\nVERSION_CODENAME="trixie"\nNAME=\n'
    assert host.system(text) | {"python": ""} == {"distribution": "debian", "release": "trixie", "python": ""}
    assert host.system("") | {"python": ""} == {"distribution": "linux", "release": "", "python": ""}


NEIGHBOURS = """[{"dst":"192.0.2.12","dev":"eth0","lladdr":"02:00:00:00:00:0c","state":["REACHABLE"]},
 {"dst":"192.0.2.13","dev":"eth0","lladdr":"02:00:00:00:00:0d","state":["FAILED"]},
 {"dst":"192.0.2.14","dev":"eth0","state":["INCOMPLETE"]}]"""


def test_only_neighbours_that_answer_count() -> None:
    assert host.reachable(NEIGHBOURS) == {"192.0.2.12": "02:00:00:00:00:0c"}
    assert host.reachable("") == {}


def test_neighbours_are_asked_for_until_they_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "NEIGHBOUR_SECONDS", 0.2)
    answers = iter(["", '[{"dst":"127.0.0.2","lladdr":"02:00:00:00:00:02","state":["DELAY"]}]'])
    own = {"lo": ["127.0.0.1/8"]}
    asked = ["127.0.0.1", "127.0.0.2"]
    assert host.neighbours(asked, own, lambda command: (0, next(answers), "")) == {"127.0.0.2": "02:00:00:00:00:02"}


def test_nobody_answers_for_ever_in_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "NEIGHBOUR_SECONDS", 0.1)
    assert host.neighbours(["127.0.0.2", "::2"], {}, lambda command: (0, "", "")) == {}
    assert host.neighbours([], {}, lambda command: (0, "", "")) == {}


def test_the_pair_of_an_authority(tmp_path: Path) -> None:
    certificate, key = tmp_path / "ca.crt", tmp_path / "ca.key"
    pairs = [{"certificate": str(certificate), "key": str(key)}]
    assert host.certificate_faults(pairs) == {}
    certificate.write_text("a text")
    assert host.certificate_faults(pairs) == {str(certificate): "is no certificate in PEM"}
    key.write_text("a text")
    assert host.certificate_faults(pairs) == {str(certificate): "is no certificate in PEM"}
