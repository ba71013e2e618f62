"""Which kind of machine wrote a letter, where it was only known that one did."""

from typing import Any

from django.db import migrations, models

KINDS = [
    ("bounce", "Delivery report"),
    ("reply", "Automatic reply"),
    ("receipt", "Receipt"),
    ("complaint", "Spam complaint"),
    ("list", "Mailing list"),
    ("machine", "Automatic message"),
]


def by_a_machine(apps: Any, schema_editor: Any) -> None:
    """What was taken in before keeps what was known of it."""
    apps.get_model("register", "Entry").objects.filter(by_machine=True).update(automatic="machine")


def known_or_not(apps: Any, schema_editor: Any) -> None:
    apps.get_model("register", "Entry").objects.exclude(automatic="").update(by_machine=True)


class Migration(migrations.Migration):
    dependencies = [("register", "0002_entry_text")]

    operations = [
        migrations.RenameField("entry", "automatic", "by_machine"),
        migrations.AddField(
            "entry",
            "automatic",
            models.CharField(blank=True, choices=KINDS, default="", max_length=10),
        ),
        migrations.RunPython(by_a_machine, known_or_not),
        migrations.RemoveField("entry", "by_machine"),
    ]
