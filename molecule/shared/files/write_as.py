"""Tries to write on one server as each account; prints the server's refusals, or that there was none, as JSON.

Standard input: {"address", "ca", "tls_name", "schema", "accounts": {name: password}}. Accounts log in over TLS.
"""

from __future__ import annotations

import json
import ssl
import sys

import pymysql


def context(ca: str, tls_name: str) -> ssl.SSLContext:
    """Trusts the stack's CA only, and checks the common name of all database servers."""

    class Named(ssl.SSLContext):
        def wrap_socket(self, sock, *arguments, **options):
            return super().wrap_socket(sock, *arguments, **options | {"server_hostname": tls_name})

    made = Named(ssl.PROTOCOL_TLS_CLIENT)
    made.load_verify_locations(ca)
    return made


def refusal(given: dict, name: str, password: str) -> str:
    """The number of the error that a write ends with, and its text."""
    try:
        session = pymysql.connect(
            host=given["address"],
            user=name,
            password=password,
            ssl=context(given["ca"], given["tls_name"]),
            connect_timeout=3,
            read_timeout=5,
        )
    except pymysql.Error as error:
        return f"login: {error.args[0]} {error.args[1:]}"
    with session, session.cursor() as cursor:
        try:
            cursor.execute(f"CREATE TABLE `{given['schema']}`.`must_not_exist` (id INT PRIMARY KEY)")
        except pymysql.Error as error:
            return f"{error.args[0]} {error.args[1]}"
    return "written"


def main() -> None:
    """One answer for each account."""
    given = json.load(sys.stdin)
    print(json.dumps({name: refusal(given, name, password) for name, password in given["accounts"].items()}))


if __name__ == "__main__":
    main()
