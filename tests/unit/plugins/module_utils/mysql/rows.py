"""What a mysqld answers, as rows: the shape that its manual gives, as far as the collection reads it."""

from __future__ import annotations

from typing import Any

from ansible_collections.scaleup.webstack.tests.unit.plugins.module_utils.topology.world import (
    CA,
    gtids,
    member_of,
    uuid_of,
)


def identity(name: str, executed: str = "", *, writable: bool = False) -> dict[str, Any]:
    closed = int(not writable)
    return {
        "server_uuid": uuid_of(name),
        "server_id": int(name[-1]),
        "version": "9.7.4",
        "read_only": closed,
        "super_read_only": closed,
        "gtid_executed": str(gtids(executed)),
        "gtid_purged": "",
        "gtid_mode": "ON",
    }


def membership(**changes: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(
        (
            "group_name",
            "local_address",
            "seeds",
            "on_boot",
            "semi_sync",
            "recovery_user",
            "received",
            "made_for_two",
            "schemas",
        )
    )
    return {**nothing, **changes}


def replica_status(source: str, **changes: Any) -> dict[str, Any]:
    right = {
        "Channel_Name": "",
        "Source_Host": member_of(source).address,
        "Source_Port": 3306,
        "Source_User": "webstack_replication",
        "Source_UUID": uuid_of(source),
        "Replica_IO_Running": "Yes",
        "Replica_SQL_Running": "Yes",
        "Auto_Position": "1",
        "Source_SSL_Allowed": "Yes",
        "Source_SSL_Verify_Server_Cert": "Yes",
        "Source_SSL_CA_File": CA,
        "Seconds_Behind_Source": 0,
        "Retrieved_Gtid_Set": "",
        "Last_IO_Error": "",
        "Last_SQL_Error": "",
    }
    return {**right, **changes}
