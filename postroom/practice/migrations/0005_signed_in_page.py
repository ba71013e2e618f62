from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("practice", "0004_one_job_at_a_time")]

    operations = [
        migrations.AddField(
            model_name="signedin",
            name="page",
            field=models.CharField(blank=True, max_length=500),
        ),
    ]
