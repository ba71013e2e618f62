from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("connections", "0002_filing_to_its_depth")]

    operations = [
        migrations.RemoveConstraint(
            model_name="mailaccount",
            name="account_name",
        ),
        migrations.AddField(
            model_name="mailaccount",
            name="connected_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name="mailaccount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("owner", None)),
                fields=("practice", "name"),
                name="account_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailaccount",
            constraint=models.UniqueConstraint(
                fields=("practice", "owner", "name"), name="account_own_name"
            ),
        ),
    ]
