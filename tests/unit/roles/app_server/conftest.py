import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[4] / "roles" / "app_server" / "files" / "demo" / "python"))

ENVIRONMENT = {
    "WEBSTACK_HOST": "app1",
    "SECRET_KEY": "a key for tests",
    "DATABASE_HOST": "mysql.webstack.internal",
    "DATABASE_CA_FILE": "/etc/webstack/pki/ca.pem",
    "DATABASE_SCHEMA": "demo",
    "DATABASE_WRITER_PORT": "6446",
    "DATABASE_WRITER_USER": "demo_writer",
    "DATABASE_WRITER_PASSWORD": "a secret for writers",
    "DATABASE_READER_PORT": "6447",
    "DATABASE_READER_USER": "demo_reader",
    "DATABASE_READER_PASSWORD": "a secret for readers",
}


@pytest.fixture
def environment():
    return dict(ENVIRONMENT)


@pytest.fixture
def settings(environment):
    from demo.settings import Settings

    return Settings.from_environment(environment)
