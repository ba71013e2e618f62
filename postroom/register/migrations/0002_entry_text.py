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
# A trigger here too, and no foreign key: Django does not know this table, and could not empty
# the entries' one beside it.
POSTGRESQL = [
    "CREATE TABLE register_entrytext (entry_id bigint PRIMARY KEY, words tsvector NOT NULL)",
    "CREATE INDEX register_entrytext_words ON register_entrytext USING gin (words)",
    """
    CREATE FUNCTION register_entrytext_gone() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM register_entrytext WHERE entry_id = OLD.id;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER register_entrytext_gone AFTER DELETE ON register_entry
        FOR EACH ROW EXECUTE FUNCTION register_entrytext_gone()
    """,
]


def create(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION register_entrytext_gone() CASCADE")
    else:
        schema_editor.execute("DROP TRIGGER register_entrytext_gone")
    schema_editor.execute("DROP TABLE register_entrytext")


class Migration(migrations.Migration):
    dependencies = [("register", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
