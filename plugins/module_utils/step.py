# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One step of a plan: what, where and why. How to say it in SQL is written elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Action(StrEnum):
    """Every verb that a plan may hold."""

    CLOSE_WRITES = "close_writes"
    OPEN_WRITES = "open_writes"
    STOP_REPLICATION = "stop_replication"
    POINT_TO_SOURCE = "point_to_source"
    START_REPLICATION = "start_replication"
    WAIT_UNTIL_REPLICATING = "wait_until_replicating"
    WAIT_FOR_REPLICAS = "wait_for_replicas"
    CONFIGURE_GROUP = "configure_group"
    SET_RECOVERY_ACCOUNT = "set_recovery_account"
    ALLOW_BOOTSTRAP = "allow_bootstrap"
    TAKE_TURN = "take_turn"
    START_GROUP = "start_group"
    END_TURN = "end_turn"
    STOP_GROUP = "stop_group"
    WAIT_UNTIL_ONLINE = "wait_until_online"
    LEAVE_GROUP = "leave_group"
    FORGET_GROUP = "forget_group"
    FORGET_PAIR = "forget_pair"
    CATCH_UP = "catch_up"
    MOVE_PRIMARY = "move_primary"
    WAIT_UNTIL_WRITABLE = "wait_until_writable"
    STOP_RECEIVING = "stop_receiving"
    FORGET_SOURCE = "forget_source"
    REPLACE_DATA = "replace_data"
    FORGET_TRANSACTIONS = "forget_transactions"
    KEEP_OUT_OF_BINLOG = "keep_out_of_binlog"
    LIFT_SUPER_READ_ONLY = "lift_super_read_only"
    CREATE_SCHEMA = "create_schema"
    CREATE_ACCOUNT = "create_account"
    ALTER_ACCOUNT = "alter_account"
    GRANT = "grant"
    REVOKE = "revoke"
    SET_GLOBAL = "set_global"


@dataclass(frozen=True)
class Step:
    """Frozen, so that a plan can be compared, replayed and shown."""

    server: str
    action: Action
    reason: str
    argument: object = None

    def shown(self) -> dict[str, str]:
        """The step as module output; arguments stay out of it, their SQL is shown redacted."""
        return {"server": self.server, "action": self.action.value, "reason": self.reason}


@dataclass
class Outcome:
    """Steps that were taken, or would be in check mode; `error` is the sentence that ended them early."""

    steps: list[Step] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    error: str = ""
