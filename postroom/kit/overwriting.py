"""Leaving nothing of what was deleted in the database's own files, as far as it can be asked."""

from collections.abc import Iterable

from django.db import connection


def overwrite(tables: Iterable[str]) -> bool:
    """Empty SQLite's journal, which holds pages as they were; have PostgreSQL clear the dead rows
    of these tables.

    False where it has to be tried again: somebody is reading. Within a transaction it can do
    nothing.
    """
    if connection.in_atomic_block:
        return False
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return bool(cursor.fetchone()[0] == 0)
        names = ", ".join(connection.ops.quote_name(table) for table in tables)
        cursor.execute(f"VACUUM {names}")
    return True
