# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The thumbprint of a key in JSON (RFC 7638); pure."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping

# What of a key is public and told in its thumbprint, by its kind.
MEMBERS = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y")}


def thumbprint(key: Mapping[str, str]) -> str:
    """Return the thumbprint. A KeyError says that something is missing, or the kind is unknown."""
    public = {name: key[name] for name in MEMBERS[key["kty"]]}
    text = json.dumps(public, sort_keys=True, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
