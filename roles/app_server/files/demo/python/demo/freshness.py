"""The client's proof of its last write, so that its next read can wait for it.

Signed, because a made-up GTID set would let anyone make every read wait out its bound.
"""

from __future__ import annotations

from itsdangerous import BadData, URLSafeTimedSerializer

HEADER = "Read-After"
COOKIE = "read_after"
MAX_AGE_SECONDS = 60  # far more than a replica may lag and still be called fit
MAX_LENGTH = 3000  # a cookie ends at 4096


class Freshness:
    """Makes and checks the proofs."""

    def __init__(self, secret_key: str) -> None:
        self._serializer = URLSafeTimedSerializer(secret_key, salt="read-after")

    def proof(self, gtid_set: str) -> str:
        """Sign a GTID set; nothing where there is none or it is too long to carry."""
        signed = self._serializer.dumps(gtid_set) if gtid_set else ""
        return signed if len(signed) <= MAX_LENGTH else ""

    def gtid_set(self, *proofs: str | None) -> str:
        """Read the first proof that is ours and young enough; nothing if none is."""
        for proof in filter(None, proofs):
            try:
                return self._serializer.loads(proof, max_age=MAX_AGE_SECONDS)
            except BadData:
                continue
        return ""
