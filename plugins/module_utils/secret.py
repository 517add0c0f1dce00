# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Passwords, wrapped so that printing one by accident prints stars."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

STARS = "********"


@dataclass(frozen=True)
class Secret:
    """A value that only the driver may unwrap."""

    value: str = field(repr=False)

    def __repr__(self) -> str:
        """Never the value."""
        return STARS

    __str__ = __repr__


def redact(text: str, secrets: Iterable[Secret]) -> str:
    """Text with every given secret, as it is or as SQL writes it, replaced by stars."""
    for secret in secrets:
        escaped = secret.value.replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"')
        for form in {secret.value, escaped} - {""}:
            text = text.replace(form, STARS)
    return text
