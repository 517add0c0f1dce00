"""The prober's arithmetic, without a network."""

import asyncio
import errno
import itertools
import socket
import ssl

import probe
import pytest


def outcome(at=0.0, took=0.1, good=True, **more):
    values = {"target": "vip", "write": False, "scheduled": at, "started": at, "finished": at + took, "good": good}
    return probe.Outcome(**{**values, **more})


def written(key, acknowledged=True, reached_server=True):
    return probe.Written(key, f"text of {key}", acknowledged, reached_server)


def summary_of(outcomes, ledger=(), found=None, start=0.0, end=10.0):
    return probe.summarise(outcomes, probe.reconcile(ledger, found or {}), start, end, {})


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([], 0.5, 0.0),
        ([7], 0.99, 7),
        ([3, 1, 2], 0.5, 2),
        (range(1, 101), 0.5, 50),
        (range(1, 101), 0.99, 99),
        (range(1, 101), 1.0, 100),
    ],
)
def test_percentile_is_the_nearest_rank(values, share, expected):
    assert probe.percentile(list(values), share) == expected


@pytest.mark.parametrize(
    ("successes", "expected"),
    [
        ([], 10.0),  # nothing ever answered
        ([1, 2, 3, 9, 10], 6),
        ([4, 5, 6, 7, 8, 9, 10], 4),  # dead at the start
        ([0, 1, 2, 3], 7),  # dead at the end
        ([9, 3, 6], 3),  # order does not matter
        ([-5, 5, 15], 5),  # outside of the window does not count
    ],
)
def test_longest_gap_counts_both_ends(successes, expected):
    assert probe.longest_gap(successes, 0, 10) == expected


def test_acknowledged_and_missing_is_lost():
    books = probe.reconcile([written("a"), written("b")], {"a": 1, "b": 0})
    assert books.lost == ("b",)
    assert books.acknowledged == 2


def test_two_rows_of_one_key_are_duplicated_even_if_the_answer_was_lost():
    books = probe.reconcile([written("a"), written("b", acknowledged=False)], {"a": 2, "b": 3})
    assert books.duplicated == ("a", "b")
    assert books.lost == ()


def test_unknown_outcomes_are_neither_lost_nor_acknowledged():
    books = probe.reconcile([written("a", acknowledged=False), written("b", acknowledged=False)], {"a": 0, "b": 1})
    assert (books.unknown, books.unknown_present, books.lost, books.acknowledged) == (2, 1, (), 0)


def test_a_write_that_never_left_is_not_unknown():
    books = probe.reconcile([written("a", acknowledged=False, reached_server=False)], {"a": 0})
    assert (books.unknown, books.never_sent) == (0, 1)


def test_what_cannot_be_read_back_is_not_called_fine():
    books = probe.reconcile([written("a"), written("b")], {"a": None})
    assert books.unverified == ("a", "b")
    assert books.lost == ()


@pytest.mark.parametrize(
    ("before", "now", "expected"), [(None, None, None), (None, 0, 0), (0, None, 0), (0, 1, 1), (1, 0, 1), (2, 1, 2)]
)
def test_a_row_once_seen_was_there(before, now, expected):
    assert probe.merge_sightings(before, now) == expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"items": [{"text": "t"}]}, 1),
        ({"items": [{"text": "t"}, {"text": "t"}]}, 2),
        ({"items": [{"text": "other"}]}, 0),
        ({"items": []}, 0),
        ({"items": "t"}, None),
        ({"error": "busy"}, None),
        (None, None),
        ([], None),
    ],
)
def test_rows_are_counted_by_their_text(document, expected):
    assert probe.count_rows(document, "t") == expected


def test_hosts_are_named_only_where_the_answer_names_them():
    assert probe.hosts_of({"balancer": "lb1", "web": "", "application": 7, "other": "x"}) == {"balancer": "lb1"}
    assert probe.hosts_of("text") == {}


def test_the_mix_keeps_its_shares_and_is_the_same_for_the_same_seed():
    def first(seed):
        return list(itertools.islice(probe.plan(seed, 0.2, 0.25, ["/a", "/b"]), 2000))

    mix = first(1)
    assert mix == first(1)
    assert mix != first(2)
    assert 398 <= sum(1 for path, _fresh in mix if not path) <= 402
    assert 400 < sum(1 for _path, fresh in mix if fresh) < 600
    assert {path for path, _fresh in mix} == {"", "/a", "/b"}
    assert {fresh for path, fresh in mix if not path} == {True, False}


@pytest.mark.parametrize("writes", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_nobody_waits_long_for_a_write_of_the_mix(writes):
    mix = [not path for path, _fresh in itertools.islice(probe.plan(7, writes, 0.25, ["/a"]), 2000)]
    at = [number for number, write in enumerate(mix) if write]
    assert len(at) == pytest.approx(2000 * writes, abs=2)
    pauses = {second - first for first, second in itertools.pairwise(at)}
    assert all(pause <= 2 / writes for pause in pauses)
    # Turns would be of one length.
    assert len(pauses) > 1 or writes in (0, 1)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ConnectionRefusedError(), "refused"),
        (ConnectionResetError(), "reset"),
        (BrokenPipeError(), "reset"),
        (asyncio.IncompleteReadError(b"", 5), "reset"),
        (ssl.SSLEOFError(), "reset"),
        (TimeoutError(), "timeout"),
        (OSError(errno.ETIMEDOUT, "x"), "timeout"),
        (ssl.SSLCertVerificationError(), "tls"),
        (ssl.SSLError(), "tls"),
        (socket.gaierror(), "name"),
        (OSError(errno.EHOSTUNREACH, "x"), "unreachable"),
        (OSError(errno.EMFILE, "x"), "other"),
        (probe.WrongStatusError(503, ""), "status 503"),
        (probe.WrongStatusError(404, ""), "status 404"),
        (probe.MalformedAnswerError("x"), "malformed"),
        (ValueError(), "other"),
    ],
)
def test_every_error_has_a_kind(error, kind):
    assert probe.classify(error) == kind


def test_latency_counts_from_the_schedule_so_that_a_stall_shows():
    values = probe.latencies([outcome(scheduled=0.0, started=3.0, finished=3.1), outcome(good=False)])
    assert values == {"count": 1, "p50": 3100.0, "p99": 3100.0, "max": 3100.0}


def test_summary_of_a_good_run():
    ledger = [written("k")]
    outcomes = [outcome(at, hosts={"web": "web1"}) for at in range(9)] + [outcome(9, write=True, key="k")]
    summary = summary_of(outcomes, ledger, {"k": 1})
    assert summary["ok"]
    assert summary["verdict"] == ""
    assert {role: names for role, names in summary["hosts"].items() if names} == {"web": {"web1": 9}}
    assert summary["longest_gap_ms"] == {"all": 1000.0, "reads": 1900.0, "writes": 9100.0}
    assert summary["stalls"]["writes"] == [{"second": 0.0, "ms": 9100.0}, {"second": 9.1, "ms": 900.0}]
    assert summary["prober"]["rate"] == 1.0
    assert probe.table(summary).endswith("\nPROVED")


def test_raw_errors_stand_beside_a_run_that_is_fine():
    error = probe.RawError("reset", "vip GET /: gone", 1.0)
    summary = summary_of([outcome(), outcome(1, raw_errors=(error,), retried=True)])
    assert summary["ok"]
    assert (summary["failed"], summary["raw_errors"], summary["raw_errors_by_kind"]) == (0, 1, {"reset": 1})
    assert "raw errors" in probe.table(summary)
    assert "reset: 1" in probe.table(summary)


@pytest.mark.parametrize(
    ("outcomes", "found", "text"),
    [
        ([outcome(), outcome(good=False)], {"k": 1}, "1 failed requests"),
        ([outcome()], {"k": 0}, "1 lost writes"),
        ([outcome()], {"k": 2}, "1 duplicated writes"),
        ([outcome()], {"k": None}, "1 acknowledged writes that could not be read back"),
        ([], {"k": 1}, "no request was answered"),
    ],
)
def test_a_run_is_not_proved(outcomes, found, text):
    summary = summary_of(outcomes, [written("k")], found)
    assert not summary["ok"]
    assert summary["verdict"] == text
    assert probe.table(summary).endswith(f"NOT PROVED: {text}")


def test_books_are_kept_for_each_vip():
    outcomes = [outcome(1, target="a"), outcome(2, target="b", good=False), outcome(9, target="a")]
    targets = summary_of(outcomes)["targets"]
    assert targets["a"] == {"requests": 2, "failed": 0, "raw_errors": 0, "longest_gap_ms": 8000.0}
    assert targets["b"]["failed"] == 1
    assert targets["b"]["longest_gap_ms"] == 10000.0


@pytest.mark.parametrize(
    "bounds", [(501, 1, 1, 1), (0, 1, 1, 1), (1, 3601, 1, 1), (1, -1, 1, 1), (1, 1, 10**7, 1), (1, 1, 1, 513)]
)
def test_what_is_not_bounded_is_refused(bounds):
    with pytest.raises(probe.RefusalError, match="outside of its bounds"):
        probe.check_bounds(*bounds)


@pytest.mark.parametrize("address", ["10.1.2.3", "192.168.0.1", "172.16.0.9", "127.0.0.1", "::1", "fd00::1"])
def test_lab_addresses_are_accepted(address):
    probe.check_address(address, allow_public=False)


@pytest.mark.parametrize("address", ["8.8.8.8", "172.32.0.1", "2a00:1450::1"])
def test_public_addresses_are_refused_unless_told(address):
    with pytest.raises(probe.RefusalError, match="--allow-public"):
        probe.check_address(address, allow_public=False)
    probe.check_address(address, allow_public=True)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["https://8.8.8.8"], "--allow-public"),
        (["https://x.test", "--connect", "1.1.1.1"], "--allow-public"),
        (["https://x.test", "--connect", "lb1"], "is not an address"),
        (["https://name.invalid"], "has no address"),
        (["x.test"], "is not a URL"),
        (["https://x.test", "--connect", "127.0.0.1", "--ca", "/nowhere"], "cannot be read"),
        (["https://127.0.0.1", "--rate", "1e9"], "outside of its bounds"),
        (["https://127.0.0.1", "--writes", "2"], "is not a share"),
        (["https://127.0.0.1", "--timeout", "5"], "fit into --deadline"),
    ],
)
def test_the_command_line_refuses_with_a_sentence(arguments, text, capsys):
    assert probe.main(arguments) == 2
    assert text in capsys.readouterr().err
