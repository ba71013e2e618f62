import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("connections", "0001_initial"),
        ("practice", "0001_initial"),
        ("register", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Dropped",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=255)),
                ("size", models.PositiveBigIntegerField()),
                ("changed_ns", models.BigIntegerField(default=0)),
                ("content_key", models.CharField(blank=True, max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[("stored", "stored"), ("done", "done"), ("refused", "refused")],
                        max_length=8,
                    ),
                ),
                ("refusal", models.CharField(blank=True, max_length=12)),
                ("again", models.BooleanField(default=False)),
                ("seen_at", models.DateTimeField()),
                (
                    "entry",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="dropped",
                        to="register.entry",
                    ),
                ),
                (
                    "folder",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="dropped",
                        to="connections.dropfolder",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="practice.member",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="practice.practice",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["folder", "name"], name="dropped_name"),
                    models.Index(fields=["folder", "seen_at"], name="dropped_look"),
                    models.Index(fields=["member", "id"], name="dropped_by_member"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Sighting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("folder", models.CharField(max_length=255)),
                ("uidvalidity", models.BigIntegerField()),
                ("uid", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("fetched", "fetched"),
                            ("stored", "stored"),
                            ("moving", "moving"),
                            ("copied", "copied"),
                            ("done", "done"),
                            ("gone", "gone"),
                            ("stale", "stale"),
                            ("erased", "erased"),
                        ],
                        default="fetched",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("content_key", models.CharField(max_length=64)),
                ("received_at", models.DateTimeField()),
                ("target", models.CharField(blank=True, max_length=255)),
                ("target_uidvalidity", models.BigIntegerField(null=True)),
                ("target_next_uid", models.BigIntegerField(null=True)),
                ("target_uid", models.BigIntegerField(null=True)),
                ("seen_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                ("turned", models.BigIntegerField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sightings",
                        to="connections.mailaccount",
                    ),
                ),
                (
                    "mail",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sightings",
                        to="register.storedmail",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="practice.practice",
                    ),
                ),
                (
                    "workflow",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sightings",
                        to="connections.workflow",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["workflow", "state", "folder"], name="sighting_open"),
                    models.Index(
                        condition=models.Q(("turned__isnull", False)),
                        fields=["workflow"],
                        name="sighting_turned",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "folder", "uidvalidity", "uid"), name="sighting_once"
                    )
                ],
            },
        ),
    ]
