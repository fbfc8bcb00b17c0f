from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('triage', '0006_search'),
    ]

    operations = [
        migrations.AddField(
            model_name='item',
            name='clocked_version',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='item',
            name='due_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='item',
            name='reply_due_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='item',
            name='reply_seconds',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='item',
            name='resolve_due_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='item',
            name='resolve_seconds',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='item',
            name='warn_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='item',
            index=models.Index(condition=models.Q(('version__gt', models.F('clocked_version'))), fields=['id'], name='item_unclocked'),
        ),
        migrations.AddIndex(
            model_name='item',
            index=models.Index(condition=models.Q(('warn_at__isnull', False), ('snoozed', False)), fields=['queue', 'warn_at'], name='item_at_risk'),
        ),
        migrations.AddIndex(
            model_name='item',
            index=models.Index(fields=['opened_at'], name='item_opened'),
        ),
    ]
