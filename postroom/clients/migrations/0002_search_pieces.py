"""Searching 100,000 clients as one types: pieces of three letters, kept by the database itself.

SQLite: FTS5 with the trigram tokenizer, followed by triggers. Without positions (detail=none),
since what it finds is compared with the row anyway. PostgreSQL: pg_trgm, where it is installed
and the owner of the database may use it; elsewhere searches read every client.
"""

from django.db import migrations

SQLITE = [
    """
    CREATE VIRTUAL TABLE clients_pieces USING fts5(
        words, content = '', detail = none, tokenize = 'trigram'
    )
    """,
    "INSERT INTO clients_pieces (rowid, words) SELECT id, ' ' || search_name FROM clients_client",
    """
    CREATE TRIGGER clients_pieces_new AFTER INSERT ON clients_client BEGIN
        INSERT INTO clients_pieces (rowid, words) VALUES (new.id, ' ' || new.search_name);
    END
    """,
    """
    CREATE TRIGGER clients_pieces_changed AFTER UPDATE OF search_name ON clients_client
    WHEN old.search_name <> new.search_name BEGIN
        INSERT INTO clients_pieces (clients_pieces, rowid, words)
            VALUES ('delete', old.id, ' ' || old.search_name);
        INSERT INTO clients_pieces (rowid, words) VALUES (new.id, ' ' || new.search_name);
    END
    """,
    """
    CREATE TRIGGER clients_pieces_gone AFTER DELETE ON clients_client BEGIN
        INSERT INTO clients_pieces (clients_pieces, rowid, words)
            VALUES ('delete', old.id, ' ' || old.search_name);
    END
    """,
]
POSTGRESQL = """
    DO $$ BEGIN
        CREATE EXTENSION IF NOT EXISTS pg_trgm;
        CREATE INDEX clients_pieces ON clients_client USING gin (search_name gin_trgm_ops);
    EXCEPTION
        WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
            RAISE WARNING 'pg_trgm is not to be had: searching clients reads them all';
    END $$
"""


def create(apps, schema_editor):
    for statement in [POSTGRESQL] if _on_postgresql(schema_editor) else SQLITE:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    if _on_postgresql(schema_editor):
        schema_editor.execute("DROP INDEX IF EXISTS clients_pieces")
        return
    for name in ("new", "changed", "gone"):
        schema_editor.execute(f"DROP TRIGGER clients_pieces_{name}")
    schema_editor.execute("DROP TABLE clients_pieces")


def _on_postgresql(schema_editor):
    return schema_editor.connection.vendor == "postgresql"


class Migration(migrations.Migration):
    dependencies = [("clients", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
