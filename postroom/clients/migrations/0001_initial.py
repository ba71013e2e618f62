import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("practice", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Client",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=200)),
                ("language", models.CharField(blank=True, max_length=8)),
                ("birth_date", models.DateField(null=True)),
                ("birthday", models.PositiveSmallIntegerField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("archived", "Archived"),
                            ("deceased", "Deceased"),
                        ],
                        default="active",
                        max_length=10,
                    ),
                ),
                ("restricted", models.BooleanField(default=False)),
                (
                    "channel",
                    models.CharField(
                        blank=True,
                        choices=[("email", "Email"), ("sms", "SMS"), ("letter", "Letter")],
                        max_length=8,
                    ),
                ),
                ("note", models.TextField(blank=True, max_length=2000)),
                ("gone_at", models.DateTimeField(null=True)),
                ("search_name", models.TextField(default="")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "merged_into",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="clients.client",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="clients",
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
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="practice.source",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["practice", "name", "id"], name="clients_cli_practic_c3037e_idx"
                    ),
                    models.Index(
                        fields=["practice", "state", "name", "id"], name="client_by_state"
                    ),
                    models.Index(
                        fields=["practice", "birthday"], name="clients_cli_practic_ae3ee6_idx"
                    ),
                    models.Index(
                        condition=models.Q(("restricted", True)),
                        fields=["practice"],
                        name="client_restricted",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "ref"), name="client_ref")
                ],
            },
        ),
        migrations.CreateModel(
            name="ClientNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField(max_length=1000)),
                ("at", models.DateTimeField()),
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
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notes",
                        to="clients.client",
                    ),
                ),
                (
                    "copied_from",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="copies",
                        to="clients.clientnote",
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
                "ordering": ["-at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("language", models.CharField(blank=True, max_length=8)),
                ("professional", models.BooleanField(default=False)),
                (
                    "calling",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("laboratory", "Laboratory"),
                            ("insurer", "Insurer"),
                            ("colleague", "Colleague elsewhere"),
                            ("supplier", "Supplier"),
                            ("authority", "Authority"),
                            ("other", "Other"),
                        ],
                        max_length=12,
                    ),
                ),
                ("organisation", models.CharField(blank=True, max_length=160)),
                ("note", models.TextField(blank=True, max_length=2000)),
                ("search_name", models.TextField(default="")),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contacts",
                        to="practice.practice",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("professional", True)),
                        fields=["practice", "name", "id"],
                        name="correspondents",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("role", models.CharField(blank=True, max_length=60)),
                ("main", models.BooleanField(default=False)),
                ("responsible", models.BooleanField(default=False)),
                (
                    "origin",
                    models.CharField(
                        choices=[("import", "Imported"), ("member", "By a member")],
                        default="member",
                        max_length=8,
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="clients.client",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="clients.contact",
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
                    models.UniqueConstraint(fields=("contact", "client"), name="contact_link"),
                    models.UniqueConstraint(
                        condition=models.Q(("main", True)),
                        fields=("client",),
                        name="one_main_contact",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="contact",
            name="clients",
            field=models.ManyToManyField(
                related_name="contacts", through="clients.ContactLink", to="clients.client"
            ),
        ),
        migrations.CreateModel(
            name="ContactPoint",
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
                        choices=[("email", "Email"), ("phone", "Telephone")], max_length=8
                    ),
                ),
                ("value", models.CharField(max_length=320)),
                ("norm", models.CharField(max_length=320)),
                ("label", models.CharField(blank=True, max_length=40)),
                ("preferred", models.BooleanField(default=False)),
                ("automatic", models.BooleanField(default=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ok", "In use"),
                            ("bouncing", "Does not arrive"),
                            ("blocked", "Blocked"),
                        ],
                        default="ok",
                        max_length=8,
                    ),
                ),
                (
                    "origin",
                    models.CharField(
                        choices=[("import", "Imported"), ("member", "By a member")],
                        default="member",
                        max_length=8,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="points",
                        to="clients.contact",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="points",
                        to="practice.practice",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["practice", "kind", "norm"], name="clients_con_practic_e68a85_idx"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("contact", "kind", "norm"), name="contact_point"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("care", "Care"),
                            ("reminder", "Reminders"),
                            ("administrative", "Administration"),
                            ("marketing", "News and offers"),
                        ],
                        max_length=16,
                    ),
                ),
                ("given", models.BooleanField()),
                ("source", models.CharField(blank=True, max_length=120)),
                ("at", models.DateTimeField()),
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
                    "point",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="consents",
                        to="clients.contactpoint",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("point", "purpose"), name="consent_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Group",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=160)),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="groups",
                        to="practice.practice",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "name"), name="group_name")
                ],
            },
        ),
        migrations.CreateModel(
            name="GroupMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="clients.client",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="clients.group",
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
                    models.UniqueConstraint(fields=("group", "client"), name="group_member")
                ],
            },
        ),
        migrations.AddField(
            model_name="client",
            name="groups",
            field=models.ManyToManyField(
                related_name="clients", through="clients.GroupMember", to="clients.group"
            ),
        ),
        migrations.CreateModel(
            name="Patient",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=120)),
                ("kind", models.CharField(blank=True, max_length=60)),
                ("birth_date", models.DateField(null=True)),
                ("died_on", models.DateField(null=True)),
                ("archived", models.BooleanField(default=False)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="patients",
                        to="clients.client",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="patients",
                        to="practice.practice",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [models.Index(fields=["practice", "name"], name="patient_name")],
                "constraints": [
                    models.UniqueConstraint(fields=("client", "ref"), name="patient_ref")
                ],
            },
        ),
        migrations.CreateModel(
            name="SenderRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("pattern", models.CharField(max_length=320)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ignore", "Never a client’s"),
                            ("professional", "A professional"),
                            ("own", "Our own address"),
                            ("form", "Our web form"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
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
                        related_name="sender_rules",
                        to="practice.practice",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "pattern"), name="sender_rule")
                ],
            },
        ),
        migrations.CreateModel(
            name="ClientAccess",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="access",
                        to="clients.client",
                    ),
                ),
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
                    models.UniqueConstraint(fields=("client", "member"), name="client_access")
                ],
            },
        ),
    ]
