import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "probe")]


def pytest_configure(config):
    config.addinivalue_line("markers", "traffic(fault, **options): the test judges the traffic that this describes")


@pytest.fixture(scope="session")
def stage(request):
    """The traffic of all selected tests, eight at a time: it waits far more than it works."""
    from scenes import play

    marks = {item.nodeid: item.get_closest_marker("traffic") for item in request.session.items}
    with ThreadPoolExecutor(8) as pool:
        yield {name: pool.submit(play, **mark.kwargs) for name, mark in marks.items() if mark}


@pytest.fixture
def played(request, stage):
    """What came of this test's own traffic."""
    return stage[request.node.nodeid].result()
