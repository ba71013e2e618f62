"""The database itself refuses to change an audit row, and to delete a sealed one.

Only the seal may be set, once. Rows up to the chain's floor may go (sealing.trim).
SQLite drops the triggers of a table that a later migration makes anew: that migration must
create them again (practice/tests/test_sealing.py would tell).
"""

from django.db import migrations

FIELDS = (
    *("id", "practice_id", "at", "member_id", "who", "action", "object_kind", "object_id"),
    *("data", "network"),
)
KEPT = """
    OLD.seq > COALESCE(
        (SELECT floor FROM practice_auditchain WHERE practice_id = OLD.practice_id), 0
    )
"""


def changed(differs):
    return " OR ".join(["OLD.seq IS NOT NULL", *(f"NEW.{f} {differs} OLD.{f}" for f in FIELDS)])


SQLITE = [
    f"""
    CREATE TRIGGER practice_audit_unchanged BEFORE UPDATE ON practice_auditevent
    WHEN {changed("IS NOT")} BEGIN
        SELECT RAISE(ABORT, 'an audit row is never changed');
    END
    """,
    f"""
    CREATE TRIGGER practice_audit_kept BEFORE DELETE ON practice_auditevent
    WHEN {KEPT} BEGIN
        SELECT RAISE(ABORT, 'a sealed audit row is never deleted');
    END
    """,
]
POSTGRESQL = [
    f"""
    CREATE FUNCTION practice_audit_unchanged() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF {changed("IS DISTINCT FROM")} THEN
            RAISE EXCEPTION 'an audit row is never changed' USING ERRCODE = '23000';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER practice_audit_unchanged BEFORE UPDATE ON practice_auditevent
        FOR EACH ROW EXECUTE FUNCTION practice_audit_unchanged()
    """,
    f"""
    CREATE FUNCTION practice_audit_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF {KEPT} THEN
            RAISE EXCEPTION 'a sealed audit row is never deleted' USING ERRCODE = '23000';
        END IF;
        RETURN OLD;
    END $$
    """,
    """
    CREATE TRIGGER practice_audit_kept BEFORE DELETE ON practice_auditevent
        FOR EACH ROW EXECUTE FUNCTION practice_audit_kept()
    """,
]


def create(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    for name in ("practice_audit_unchanged", "practice_audit_kept"):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP FUNCTION {name}() CASCADE")
        else:
            schema_editor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):
    dependencies = [("practice", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
