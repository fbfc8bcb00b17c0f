from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("triage", "0007_clock")]

    operations = [
        migrations.AddField(
            model_name="move",
            name="rules",
            field=models.JSONField(default=dict),
        ),
    ]
