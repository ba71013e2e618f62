from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("connections", "0004_account_drafts"),
    ]

    operations = [
        migrations.AddField(
            model_name="folderstate",
            name="books",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="folderstate",
            name="gap_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="mailaccount",
            name="stands_by",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="mailaccount",
            name="taken_at",
            field=models.DateTimeField(null=True),
        ),
    ]
