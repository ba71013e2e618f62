"""The search index: FTS5 on SQLite, a side table with a tsvector on PostgreSQL (MODEL 3)."""

from django.db import migrations

SQLITE = [
    """
    CREATE VIRTUAL TABLE register_entrytext USING fts5(
        practice, subject, people, body, files, tokenize = 'unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE TRIGGER register_entrytext_gone AFTER DELETE ON register_entry BEGIN
        DELETE FROM register_entrytext WHERE rowid = old.id;
    END
    """,
]
POSTGRESQL = [
    """
    CREATE TABLE register_entrytext (
        entry_id bigint PRIMARY KEY
            REFERENCES register_entry (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        words tsvector NOT NULL
    )
    """,
    "CREATE INDEX register_entrytext_words ON register_entrytext USING gin (words)",
]


def create(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        schema_editor.execute("DROP TRIGGER register_entrytext_gone")
    schema_editor.execute("DROP TABLE register_entrytext")


class Migration(migrations.Migration):
    dependencies = [("register", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
