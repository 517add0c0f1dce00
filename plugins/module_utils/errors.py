# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every error that a module may end with. Each message is a whole sentence for the person at the keyboard."""

from __future__ import annotations


class WebstackError(Exception):
    """The root: modules catch this once, in main."""


class InvalidError(WebstackError):
    """A value that was given, or read from a server, has no meaning here."""


class UnreachableError(WebstackError):
    """A server gave no answer by SQL. That is all it says: the server may well be alive."""


class QueryError(WebstackError):
    """A server answered a statement with an error."""


class WaitError(WebstackError):
    """A state that was waited for did not come within its bound."""
