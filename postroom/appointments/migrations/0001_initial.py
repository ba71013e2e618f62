import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("clients", "0001_initial"),
        ("practice", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Appointment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.CharField(max_length=128)),
                ("client_ref", models.CharField(blank=True, max_length=64)),
                ("patient_ref", models.CharField(blank=True, max_length=120)),
                ("subject", models.CharField(blank=True, max_length=200)),
                ("practitioner_name", models.CharField(blank=True, max_length=120)),
                ("start", models.DateTimeField()),
                ("end", models.DateTimeField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("booked", "Booked"),
                            ("confirmed", "Confirmed"),
                            ("arrived", "Arrived"),
                            ("done", "Done"),
                            ("missed", "Missed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="booked",
                        max_length=10,
                    ),
                ),
                ("booked_at", models.DateTimeField(null=True)),
                ("imported_at", models.DateTimeField()),
                ("gone_at", models.DateTimeField(null=True)),
                (
                    "client",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="appointments",
                        to="clients.client",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="clients.patient",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="appointments",
                        to="practice.practice",
                    ),
                ),
                (
                    "practitioner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="practice.member",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="practice.source",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["practice", "state", "start"], name="appointment_practic_1c4960_idx"
                    ),
                    models.Index(fields=["client", "start"], name="appointment_client__318cb7_idx"),
                    models.Index(
                        condition=models.Q(
                            ("client", None), models.Q(("client_ref", ""), _negated=True)
                        ),
                        fields=["practice", "client_ref"],
                        name="book_waiting",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("source", "ref"), name="appointment_ref")
                ],
            },
        ),
        migrations.CreateModel(
            name="DueItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.CharField(max_length=128)),
                ("client_ref", models.CharField(blank=True, max_length=64)),
                ("patient_ref", models.CharField(blank=True, max_length=120)),
                ("kind", models.CharField(max_length=120)),
                ("due_on", models.DateField()),
                ("done_on", models.DateField(null=True)),
                ("imported_at", models.DateTimeField()),
                ("gone_at", models.DateTimeField(null=True)),
                (
                    "client",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="due_items",
                        to="clients.client",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="clients.patient",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="due_items",
                        to="practice.practice",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="practice.source",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["practice", "kind", "due_on"], name="appointment_practic_f87e7b_idx"
                    ),
                    models.Index(
                        condition=models.Q(
                            ("client", None), models.Q(("client_ref", ""), _negated=True)
                        ),
                        fields=["practice", "client_ref"],
                        name="due_waiting",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("source", "ref"), name="due_item_ref")
                ],
            },
        ),
        migrations.CreateModel(
            name="Look",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "way",
                    models.CharField(
                        blank=True,
                        choices=[("file", "file"), ("feed", "feed"), ("api", "api")],
                        max_length=4,
                    ),
                ),
                ("at", models.DateTimeField(null=True)),
                ("counts", models.JSONField(default=dict)),
                ("trouble_detail", models.CharField(blank=True, max_length=300)),
                ("etag", models.CharField(blank=True, max_length=300)),
                ("last_modified", models.CharField(blank=True, max_length=100)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("trouble_since", models.DateTimeField(null=True)),
                ("next_at", models.DateTimeField(null=True)),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="practice.practice",
                    ),
                ),
                (
                    "source",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="look",
                        to="practice.source",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_at", None), _negated=True),
                        fields=["next_at"],
                        name="look_next",
                    )
                ],
            },
        ),
    ]
