from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("practice", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="signedin",
            name="page",
            field=models.CharField(blank=True, max_length=500),
        ),
    ]
