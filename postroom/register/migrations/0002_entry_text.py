"""The search index: FTS5 on SQLite, a side table with a tsvector on PostgreSQL (MODEL 3).

Its rows stand in the order of their entries' moments, with marks to narrow by, and the text as it
was written. SQLite keeps the rows of FTS5 by their number: seconds * 2^30 + the entry's id, so
that the newest come first without being sorted. PostgreSQL's index has no order: marks of the day,
the month and the year let a search begin with the newest.

Triggers keep all of it true when an entry's moment or kind is changed, and when it goes.
"""

from django.db import migrations

KEY = "CAST(strftime('%s', substr({0}.at, 1, 19)) AS INTEGER) * 1073741824 + {0}.id"
MARKS = """
    '.zp' || {0}.practice_id
    || CASE WHEN {0}.kind <> 'email' THEN ' .zk' || {0}.kind ELSE '' END
    || CASE WHEN {0}.direction = 'out' THEN ' .zdout' ELSE '' END
    || CASE WHEN {0}.files > 0 THEN ' .zf' ELSE '' END
    || CASE WHEN {0}.automatic <> '' OR ({0}.status <> '' AND {0}.author_id IS NULL)
       THEN ' .za' ELSE '' END
"""
SQLITE = [
    """
    CREATE VIRTUAL TABLE register_entrytext USING fts5(
        marks, subject, people, files, body, said UNINDEXED,
        prefix = '3 4', tokenize = "unicode61 remove_diacritics 0 tokenchars '.'"
    )
    """,
    f"""
    CREATE TRIGGER register_entrytext_gone AFTER DELETE ON register_entry BEGIN
        DELETE FROM register_entrytext WHERE rowid = {KEY.format("old")};
    END
    """,
    f"""
    CREATE TRIGGER register_entrytext_moved
    AFTER UPDATE OF at, kind, direction, files, automatic ON register_entry
    WHEN {KEY.format("old")} <> {KEY.format("new")} OR {MARKS.format("old")} <> {MARKS.format("new")}
    BEGIN
        UPDATE register_entrytext SET rowid = {KEY.format("new")}, marks = {MARKS.format("new")}
            WHERE rowid = {KEY.format("old")};
    END
    """,
]
# A trigger here too, and no foreign key: Django does not know this table, and could not empty
# the entries' one beside it.
POSTGRESQL = [
    """
    CREATE TABLE register_entrytext (
        entry_id bigint PRIMARY KEY, words tsvector NOT NULL, key bigint NOT NULL,
        said text NOT NULL DEFAULT ''
    )
    """,
    "CREATE INDEX register_entrytext_words ON register_entrytext USING gin (words)",
    "CREATE INDEX register_entrytext_key ON register_entrytext (key)",
    """
    CREATE FUNCTION register_entrymarks(e register_entry) RETURNS text[] LANGUAGE sql AS $$
        SELECT array_remove(ARRAY[
            '.zp' || e.practice_id,
            CASE WHEN e.kind <> 'email' THEN '.zk' || e.kind END,
            CASE WHEN e.direction = 'out' THEN '.zdout' END,
            CASE WHEN e.files > 0 THEN '.zf' END,
            CASE WHEN e.automatic <> '' OR (e.status <> '' AND e.author_id IS NULL)
                THEN '.za' END,
            to_char(e.at AT TIME ZONE 'UTC', '".zt"YYYYMMDD'),
            to_char(e.at AT TIME ZONE 'UTC', '".zt"YYYYMM'),
            to_char(e.at AT TIME ZONE 'UTC', '".zt"YYYY')
        ], NULL)
    $$
    """,
    """
    CREATE FUNCTION register_entrykey(e register_entry) RETURNS bigint LANGUAGE sql AS $$
        SELECT floor(extract(epoch FROM e.at))::bigint * 1073741824 + e.id
    $$
    """,
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
    """
    CREATE FUNCTION register_entrytext_moved() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE register_entrytext SET key = register_entrykey(NEW), words =
            ts_delete(words, register_entrymarks(OLD))
            || array_to_tsvector(register_entrymarks(NEW))
            WHERE entry_id = NEW.id;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER register_entrytext_moved
        AFTER UPDATE OF at, kind, direction, files, automatic ON register_entry
        FOR EACH ROW WHEN (
            (OLD.at, OLD.kind, OLD.direction, OLD.files, OLD.automatic)
            IS DISTINCT FROM (NEW.at, NEW.kind, NEW.direction, NEW.files, NEW.automatic)
        )
        EXECUTE FUNCTION register_entrytext_moved()
    """,
]


def create(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, None)  # with parameters, %s would be one


class Migration(migrations.Migration):
    dependencies = [("register", "0001_initial")]
    operations = [migrations.RunPython(create)]
