from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("triage", "0013_intents")]

    operations = [
        migrations.AddField(
            model_name="verdict",
            name="sentiment",
            field=models.CharField(blank=True, default="", max_length=8),
        ),
        migrations.AddField(
            model_name="item",
            name="sentiment",
            field=models.CharField(blank=True, default="", max_length=8),
        ),
    ]
