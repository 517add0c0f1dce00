"""The environment is complete and sensible, or the sentence says what is not."""

import pytest
from demo.settings import Settings, SettingsError


def test_everything_is_read(settings):
    assert settings.application_host == "app1"
    assert (settings.writer.port, settings.reader.port) == (6446, 6447)
    assert (settings.sessions, settings.recycle_seconds) == (8, 300)


def test_no_secret_shows(settings):
    assert "secret" not in repr(settings).replace("secret_key", "")
    assert "a key for tests" not in repr(settings)


def test_all_that_is_missing_is_named_at_once(environment):
    del environment["SECRET_KEY"], environment["DATABASE_READER_PASSWORD"]
    with pytest.raises(SettingsError, match="lacks SECRET_KEY, DATABASE_READER_PASSWORD"):
        Settings.from_environment(environment)


@pytest.mark.parametrize("value", ["0", "many", "-1"])
def test_numbers_are_numbers(environment, value):
    environment["DATABASE_SESSIONS"] = value
    with pytest.raises(SettingsError, match="DATABASE_SESSIONS is"):
        Settings.from_environment(environment)
