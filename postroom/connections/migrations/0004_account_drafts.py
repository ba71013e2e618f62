import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("connections", "0003_own_mailboxes"),
        ("practice", "0005_signed_in_page"),
    ]

    operations = [
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
            ],
        ),
        migrations.AddField(
            model_name="accountdraft",
            name="member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="practice.member"
            ),
        ),
        migrations.AddField(
            model_name="accountdraft",
            name="practice",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="practice.practice",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountdraft",
            constraint=models.UniqueConstraint(fields=("member", "own"), name="account_draft"),
        ),
    ]
