from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("triage", "0008_tuning")]

    operations = []
