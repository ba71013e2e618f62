import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("practice", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="MailAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("host", models.CharField(max_length=255)),
                ("port", models.PositiveIntegerField(default=993)),
                (
                    "security",
                    models.CharField(
                        choices=[
                            ("tls", "TLS"),
                            ("starttls", "STARTTLS"),
                            ("none", "None (this machine only)"),
                        ],
                        default="tls",
                        max_length=8,
                    ),
                ),
                ("user", models.CharField(max_length=320)),
                (
                    "proof",
                    models.CharField(
                        choices=[("password", "A password"), ("token", "An OAuth 2 access token")],
                        default="password",
                        max_length=8,
                    ),
                ),
                ("password_sealed", models.TextField(default="")),
                ("ca_pem", models.TextField(default="")),
                ("installed", models.BooleanField(default=False)),
                ("active", models.BooleanField(default=True)),
                ("trouble", models.CharField(default="", max_length=40)),
                ("trouble_detail", models.TextField(default="")),
                ("trouble_since", models.DateTimeField(null=True)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("retry_at", models.DateTimeField(null=True)),
                ("checked_at", models.DateTimeField(null=True)),
                ("connected_at", models.DateTimeField(null=True)),
                ("fetched_on", models.DateField(null=True)),
                ("fetched_bytes", models.PositiveBigIntegerField(default=0)),
                ("taken_at", models.DateTimeField(null=True)),
                ("stands_by", models.BooleanField(default=False)),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="accounts",
                        to="practice.member",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="accounts",
                        to="practice.practice",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("owner", None)),
                        fields=("practice", "name"),
                        name="account_name",
                    ),
                    models.UniqueConstraint(
                        fields=("practice", "owner", "name"), name="account_own_name"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FolderState",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("folder", models.CharField(max_length=255)),
                ("uidvalidity", models.BigIntegerField(null=True)),
                ("next_uid", models.BigIntegerField(default=1)),
                ("resets", models.PositiveSmallIntegerField(default=0)),
                ("counted", models.PositiveIntegerField(null=True)),
                ("counted_at", models.DateTimeField(null=True)),
                ("books", models.JSONField(default=dict)),
                ("gap_since", models.DateTimeField(null=True)),
                ("lease_by", models.CharField(default="", max_length=120)),
                ("lease_until", models.DateTimeField(null=True)),
                ("refusal", models.CharField(default="", max_length=40)),
                ("refusals", models.PositiveIntegerField(default=0)),
                ("retry_at", models.DateTimeField(null=True)),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="practice.practice",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="folders",
                        to="connections.mailaccount",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account", "folder"), name="folder_state"),
                    models.CheckConstraint(
                        condition=models.Q(("next_uid__gte", 1)), name="folder_next_uid"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SmtpAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("address", models.CharField(max_length=320)),
                ("display_name", models.CharField(blank=True, max_length=120)),
                ("host", models.CharField(max_length=255)),
                ("port", models.PositiveIntegerField(default=465)),
                (
                    "security",
                    models.CharField(
                        choices=[
                            ("tls", "TLS"),
                            ("starttls", "STARTTLS"),
                            ("none", "None (this machine only)"),
                        ],
                        default="tls",
                        max_length=8,
                    ),
                ),
                ("user", models.CharField(blank=True, max_length=320)),
                (
                    "proof",
                    models.CharField(
                        choices=[("password", "A password"), ("token", "An OAuth 2 access token")],
                        default="password",
                        max_length=8,
                    ),
                ),
                ("password_sealed", models.TextField(default="")),
                ("ca_pem", models.TextField(default="")),
                ("installed", models.BooleanField(default=False)),
                ("active", models.BooleanField(default=True)),
                ("lines", models.PositiveSmallIntegerField(default=3)),
                ("sent_folder", models.CharField(blank=True, max_length=255)),
                (
                    "copies",
                    models.CharField(
                        choices=[
                            ("append", "We put it there"),
                            ("provider", "The provider does that by itself"),
                            ("nowhere", "No copy"),
                        ],
                        default="append",
                        max_length=8,
                    ),
                ),
                ("trouble", models.CharField(default="", max_length=40)),
                ("trouble_detail", models.TextField(default="")),
                ("trouble_since", models.DateTimeField(null=True)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("retry_at", models.DateTimeField(null=True)),
                ("checked_at", models.DateTimeField(null=True)),
                ("refused", models.PositiveIntegerField(default=0)),
                ("paused_at", models.DateTimeField(null=True)),
                ("published", models.JSONField(default=dict)),
                ("published_at", models.DateTimeField(null=True)),
                (
                    "mail_account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="sent_from",
                        to="connections.mailaccount",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="smtp_accounts",
                        to="practice.member",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="smtp_accounts",
                        to="practice.practice",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("owner", None)),
                        fields=("practice", "name"),
                        name="smtp_name",
                    ),
                    models.UniqueConstraint(
                        fields=("practice", "owner", "name"), name="smtp_own_name"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Workflow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("filing", "Filing of one folder"), ("inbox", "The whole inbox")],
                        default="filing",
                        max_length=8,
                    ),
                ),
                ("folder_in", models.CharField(default="Incoming", max_length=255)),
                ("folder_resolved", models.CharField(default="Resolved", max_length=255)),
                ("folder_unresolved", models.CharField(default="Unresolved", max_length=255)),
                ("minutes", models.PositiveSmallIntegerField(default=5)),
                ("begins_at", models.DateTimeField(null=True)),
                ("to_group", models.BooleanField(default=False)),
                (
                    "after_close",
                    models.CharField(
                        choices=[
                            ("resolved", "Move it to Resolved"),
                            ("stay", "Leave it where it is"),
                        ],
                        default="resolved",
                        max_length=8,
                    ),
                ),
                ("active", models.BooleanField(default=True)),
                ("swept_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="workflows",
                        to="connections.mailaccount",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="workflows",
                        to="practice.practice",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("account", "folder_in"), name="workflow_in")
                ],
            },
        ),
        migrations.CreateModel(
            name="AccountDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("own", models.BooleanField(default=False)),
                ("name", models.CharField(max_length=80)),
                ("address", models.CharField(max_length=320)),
                ("host", models.CharField(default="", max_length=255)),
                ("port", models.PositiveIntegerField(default=993)),
                (
                    "security",
                    models.CharField(
                        choices=[
                            ("tls", "TLS"),
                            ("starttls", "STARTTLS"),
                            ("none", "None (this machine only)"),
                        ],
                        default="tls",
                        max_length=8,
                    ),
                ),
                ("user", models.CharField(default="", max_length=320)),
                (
                    "proof",
                    models.CharField(
                        choices=[("password", "A password"), ("token", "An OAuth 2 access token")],
                        default="password",
                        max_length=8,
                    ),
                ),
                ("password_sealed", models.TextField(default="")),
                ("ca_pem", models.TextField(default="")),
                ("found_by", models.CharField(default="", max_length=12)),
                ("tested", models.JSONField(default=dict)),
                ("tested_for", models.CharField(default="", max_length=64)),
                ("plan", models.JSONField(default=dict)),
                ("look", models.JSONField(default=dict)),
                ("changed_at", models.DateTimeField()),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
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
                "constraints": [
                    models.UniqueConstraint(fields=("member", "own"), name="account_draft")
                ],
            },
        ),
        migrations.CreateModel(
            name="DropFolder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("path", models.CharField(max_length=1000)),
                ("take_away", models.BooleanField(default=True)),
                ("minutes", models.PositiveSmallIntegerField(default=5)),
                ("active", models.BooleanField(default=True)),
                ("trouble", models.CharField(default="", max_length=40)),
                ("trouble_detail", models.TextField(default="")),
                ("trouble_since", models.DateTimeField(null=True)),
                ("checked_at", models.DateTimeField(null=True)),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drop_folders",
                        to="practice.practice",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "path"), name="drop_folder")
                ],
            },
        ),
    ]
