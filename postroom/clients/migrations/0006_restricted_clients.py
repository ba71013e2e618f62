from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clients", "0005_sender_rules"), ("practice", "0005_signed_in_page")]

    operations = [
        migrations.AddIndex(
            model_name="client",
            index=models.Index(
                condition=models.Q(("restricted", True)),
                fields=["practice"],
                name="client_restricted",
            ),
        ),
    ]
