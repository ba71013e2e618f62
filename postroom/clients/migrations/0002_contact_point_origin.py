from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="contactpoint",
            name="origin",
            field=models.CharField(
                choices=[("import", "Imported"), ("member", "By a member")],
                default="member",
                max_length=8,
            ),
        ),
    ]
