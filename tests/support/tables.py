"""The tables of the tests: made by the migrations once a run, copied by every other process."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.core import management
from django.db import connections

from .once import once


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """Ten seconds of migrations for the first process of a run, none for the others."""
    call = management.call_command
    made_here: list[Any] = []

    def call_command(name: str, *words: Any, **more: Any) -> Any:
        if name != "migrate":
            return call(name, *words, **more)
        connection = connections[more["database"]]

        def make(folder: Path) -> None:
            made_here.append(connection)
            call(name, *words, **more)
            _keep(connection, folder / "tables")

        folder = once(tmp_path_factory, "tables", make)
        if not made_here:
            _lay(connection, folder / "tables")
        return None

    with mock.patch.object(management, "call_command", call_command):
        yield
    if made_here and made_here[0].vendor == "postgresql":
        with django_db_blocker.unblock(), made_here[0]._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{_template()}"')


def _template() -> str:
    return f"postroom_template_{os.getpid()}"


def _keep(connection: Any, path: Path) -> None:
    if connection.vendor == "sqlite":
        with sqlite3.connect(path) as kept:
            connection.connection.backup(kept)
        kept.close()
    else:
        _copy(connection, connection.settings_dict["NAME"], _template())
        path.write_text(_template())


def _lay(connection: Any, path: Path) -> None:
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with sqlite3.connect(path) as kept:
            kept.backup(connection.connection)
        kept.close()
    else:
        _copy(connection, path.read_text(), connection.settings_dict["NAME"])


def _copy(connection: Any, source: str, target: str) -> None:
    """A PostgreSQL database as a copy of another one, which nobody may be connected to."""
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{target}"')
        cursor.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')
