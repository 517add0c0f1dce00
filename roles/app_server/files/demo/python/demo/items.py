"""The table of items and the questions asked of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from sqlalchemy import Column, Connection, MetaData, Row, Table, func, inspect, select
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import IntegrityError

from .database import Answer, Database

DUPLICATE_ENTRY = 1062

metadata = MetaData()
items = Table(
    "items",
    metadata,
    Column("id", mysql.BIGINT(unsigned=True), primary_key=True, autoincrement=True),
    Column("idempotency_key", mysql.VARCHAR(64, charset="ascii", collation="ascii_bin"), nullable=False, unique=True),
    Column("text", mysql.VARCHAR(500, charset="utf8mb4"), nullable=False),
    Column("created_at", mysql.DATETIME(fsp=6), nullable=False, server_default=func.current_timestamp(6)),
    mysql_engine="InnoDB",
)


@dataclass(frozen=True)
class Item:
    """One row."""

    id: int
    key: str
    text: str
    created_at: datetime

    @classmethod
    def of(cls, row: Row) -> Item:
        """Take a row apart; sessions speak UTC."""
        return cls(row.id, row.idempotency_key, row.text, row.created_at.replace(tzinfo=UTC))

    def as_json(self) -> dict[str, object]:
        """Give the fields as JSON knows them."""
        return {**asdict(self), "created_at": self.created_at.isoformat()}


@dataclass(frozen=True)
class Created:
    """A stored item, and whether it was this call that stored it."""

    item: Item
    first: bool


class Items:
    """The items in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, content: str, key: str) -> Answer[Created]:
        """Store an item once: a repeated key gives the row of its first use, so repeating is always safe."""

        def work(connection: Connection) -> Created:
            try:
                connection.execute(items.insert().values(text=content, idempotency_key=key))
                first = True
            except IntegrityError as error:
                if error.orig.args[0] != DUPLICATE_ENTRY:
                    raise
                first = False
            # A locking read sees the row of another transaction that committed after this one began.
            row = connection.execute(select(items).where(items.c.idempotency_key == key).with_for_update(read=True))
            return Created(Item.of(row.one()), first)

        return self._database.write(work, repeatable=True)

    def page(
        self, limit: int, before: int | None = None, key: str | None = None, after: str = ""
    ) -> Answer[list[Item]]:
        """List items, newest first."""
        query = select(items).order_by(items.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(items.c.id < before)
        if key is not None:
            query = query.where(items.c.idempotency_key == key)
        return self._database.read(lambda connection: [Item.of(row) for row in connection.execute(query)], after)

    def get(self, number: int, after: str = "") -> Answer[Item | None]:
        """Find one item."""
        query = select(items).where(items.c.id == number)

        def work(connection: Connection) -> Item | None:
            row = connection.execute(query).one_or_none()
            return Item.of(row) if row else None

        return self._database.read(work, after)


def migrate(connection: Connection) -> list[str]:
    """Create the tables that do not exist yet and name them."""
    known = set(inspect(connection).get_table_names())
    metadata.create_all(connection)
    return sorted(set(metadata.tables) - known)
