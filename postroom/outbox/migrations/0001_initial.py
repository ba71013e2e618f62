import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("clients", "0001_initial"),
        ("connections", "0001_initial"),
        ("practice", "0001_initial"),
        ("register", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Batch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=160)),
                ("created_at", models.DateTimeField()),
                (
                    "author",
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
                        related_name="batches",
                        to="practice.practice",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=200)),
                (
                    "channel",
                    models.CharField(
                        choices=[("email", "Email"), ("sms", "SMS")], default="email", max_length=8
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting"),
                            ("claimed", "Being sent"),
                            ("sending", "Being sent"),
                            ("sent", "Sent"),
                            ("failed", "Not sent"),
                            ("uncertain", "Perhaps sent"),
                            ("cancelled", "Cancelled"),
                            ("withdrawn", "No longer needed"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("level", models.PositiveSmallIntegerField(default=3)),
                ("due", models.DateTimeField()),
                ("not_before", models.DateTimeField()),
                ("useless_after", models.DateTimeField(null=True)),
                ("sender", models.CharField(max_length=320)),
                ("recipients", models.JSONField(default=list)),
                ("to_name", models.CharField(blank=True, max_length=200)),
                ("to_address", models.CharField(max_length=320)),
                ("subject", models.CharField(blank=True, max_length=400)),
                ("message_id", models.CharField(max_length=255, unique=True)),
                ("content_key", models.CharField(max_length=64)),
                ("size", models.PositiveBigIntegerField()),
                ("withdraw_if", models.JSONField(default=dict)),
                ("resend_if_uncertain", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                ("worker", models.CharField(blank=True, max_length=120)),
                ("lease", models.DateTimeField(null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("reason_data", models.JSONField(default=dict)),
                ("said", models.CharField(blank=True, max_length=500)),
                ("sending_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "sent_copy",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "none"),
                            ("due", "due"),
                            ("done", "done"),
                            ("failed", "failed"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                ("copy_tries", models.PositiveIntegerField(default=0)),
                ("copy_at", models.DateTimeField(null=True)),
                (
                    "client",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="messages",
                        to="clients.client",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="connections.smtpaccount",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="practice.member",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="messages",
                        to="outbox.batch",
                    ),
                ),
                (
                    "contact_point",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="clients.contactpoint",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="messages",
                        to="register.entry",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="practice.practice",
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="replaced_by",
                        to="outbox.message",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "queued")),
                        fields=["account", "level", "not_before", "id"],
                        name="message_queued",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["claimed", "sending"])),
                        fields=["lease"],
                        name="message_held",
                    ),
                    models.Index(
                        condition=models.Q(("sent_copy", "due")),
                        fields=["account", "copy_at"],
                        name="message_copy_due",
                    ),
                    models.Index(
                        condition=models.Q(("state", "uncertain")),
                        fields=["copy_at"],
                        name="message_uncertain",
                    ),
                    models.Index(fields=["practice", "content_key"], name="message_content"),
                    models.Index(
                        fields=["practice", "state", "-created_at", "-id"], name="message_list"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "key"), name="message_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=32)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("new", "New message"),
                            ("reply", "Reply"),
                            ("all", "Reply to all"),
                            ("forward", "Forward"),
                        ],
                        default="new",
                        max_length=8,
                    ),
                ),
                ("seen", models.PositiveBigIntegerField(null=True)),
                ("to", models.JSONField(default=list)),
                ("cc", models.CharField(blank=True, max_length=2000)),
                ("bcc", models.CharField(blank=True, max_length=2000)),
                ("client_named", models.BooleanField(default=False)),
                ("patients", models.JSONField(default=list)),
                ("subject", models.CharField(blank=True, max_length=400)),
                ("text", models.TextField(blank=True)),
                ("quote", models.BooleanField(default=False)),
                (
                    "replies",
                    models.CharField(
                        choices=[("team", "To the shared inbox"), ("me", "To me")],
                        default="team",
                        max_length=4,
                    ),
                ),
                ("to_register", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
                ("saved_at", models.DateTimeField()),
                ("sendings", models.PositiveIntegerField(default=0)),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="connections.smtpaccount",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to="practice.member",
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="clients.client",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="clients.contact",
                    ),
                ),
                (
                    "origin",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="register.entry",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to="practice.practice",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="drafts",
                        to="outbox.message",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["author", "-saved_at"], name="drafts_of")],
                "constraints": [
                    models.UniqueConstraint(fields=("author", "key"), name="draft_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("n", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("phase", models.CharField(max_length=12)),
                ("outcome", models.CharField(max_length=12)),
                ("code", models.PositiveSmallIntegerField(default=0)),
                ("said", models.CharField(blank=True, max_length=500)),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="practice.practice",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tries",
                        to="outbox.message",
                    ),
                ),
            ],
            options={
                "ordering": ["n"],
                "constraints": [models.UniqueConstraint(fields=("message", "n"), name="attempt_n")],
            },
        ),
        migrations.CreateModel(
            name="SendingHold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("channel", models.CharField(blank=True, max_length=8)),
                ("since", models.DateTimeField()),
                (
                    "by",
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
                        related_name="sending_holds",
                        to="practice.practice",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "channel"), name="one_hold")
                ],
            },
        ),
        migrations.CreateModel(
            name="Template",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("email", "Email"), ("sms", "SMS"), ("letter", "Letter")],
                        default="email",
                        max_length=8,
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("message", "To write by hand"),
                            ("appointment", "About an appointment"),
                            ("due", "About something that falls due"),
                            ("birthday", "Birthday"),
                            ("absence", "The practice is closed"),
                        ],
                        default="message",
                        max_length=12,
                    ),
                ),
                ("language", models.CharField(max_length=8)),
                ("name", models.CharField(max_length=120)),
                ("starter", models.CharField(blank=True, max_length=60)),
                ("resend_if_uncertain", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                ("archived_at", models.DateTimeField(null=True)),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="templates",
                        to="practice.practice",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("practice", "channel", "language", "name"), name="template_name"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TemplateVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("n", models.PositiveIntegerField()),
                ("subject", models.CharField(blank=True, max_length=400)),
                ("body", models.TextField()),
                ("at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "by",
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
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="outbox.template",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("template", "n"), name="template_version")
                ],
            },
        ),
        migrations.CreateModel(
            name="Enclosure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=255)),
                ("type", models.CharField(max_length=120)),
                ("size", models.PositiveBigIntegerField()),
                ("content_key", models.CharField(db_index=True, max_length=64)),
                (
                    "draft",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="enclosures",
                        to="outbox.draft",
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
                    "version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="enclosures",
                        to="outbox.templateversion",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="draft",
            name="template",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="outbox.templateversion",
            ),
        ),
    ]
