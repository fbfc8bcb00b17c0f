import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('triage', '0002_outgoing'),
    ]

    operations = [
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64, unique=True)),
                ('source', models.CharField(max_length=32)),
                ('allowed', models.PositiveIntegerField(null=True)),
                ('remaining', models.PositiveIntegerField(null=True)),
                ('reset_at', models.DateTimeField(null=True)),
                ('rest_until', models.DateTimeField(null=True)),
                ('window_start', models.DateTimeField(default=django.utils.timezone.now)),
                ('window_calls', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('refused', 'Refused'), ('failing', 'Failing'), ('quiet', 'Quiet'), ('expiring', 'Expiring'), ('capped', 'Capped'), ('backfill', 'Backfill')], max_length=16)),
                ('sentence', models.TextField()),
                ('first_seen', models.DateTimeField(default=django.utils.timezone.now)),
                ('last_seen', models.DateTimeField(default=django.utils.timezone.now)),
                ('cleared_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Backfill',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('running', 'Running'), ('done', 'Done'), ('stopped', 'Stopped')], default='running', max_length=16)),
                ('until', models.DateTimeField()),
                ('reached', models.DateTimeField(null=True)),
                ('cursor', models.JSONField(default=dict)),
                ('next_bite_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('lease_until', models.DateTimeField(null=True)),
                ('lease_epoch', models.BigIntegerField(default=0)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('error', models.TextField(blank=True, default='')),
                ('seen', models.PositiveIntegerField(default=0)),
                ('new', models.PositiveIntegerField(default=0)),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('finished_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Rhythm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('learnt_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('hours', models.JSONField(default=list)),
                ('dispersion', models.FloatField(default=1.0)),
            ],
        ),
        migrations.CreateModel(
            name='Spending',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('calls', models.PositiveIntegerField(default=0)),
                ('posts', models.PositiveIntegerField(default=0)),
                ('microdollars', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.RemoveIndex(
            model_name='postrow',
            name='post_waiting',
        ),
        migrations.AddField(
            model_name='channel',
            name='check_asked_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='channel',
            name='check_ok',
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name='channel',
            name='check_said',
            field=models.TextField(blank=True, default=''),
        ),
        migrations.AddField(
            model_name='channel',
            name='checked_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='channel',
            name='expires_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='channel',
            name='expiry_asked_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='channel',
            name='lag_seconds',
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name='channel',
            name='late_seconds',
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name='postrow',
            name='backfilled',
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name='postrow',
            index=models.Index(condition=models.Q(('state', 'new')), fields=['backfilled', 'id'], name='post_waiting'),
        ),
        migrations.AddField(
            model_name='channel',
            name='account',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='channels', to='triage.account'),
        ),
        migrations.AddField(
            model_name='alert',
            name='channel',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='alerts', to='triage.channel'),
        ),
        migrations.AddField(
            model_name='alert',
            name='seen_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='backfill',
            name='channel',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='backfill', to='triage.channel'),
        ),
        migrations.AddField(
            model_name='rhythm',
            name='channel',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='rhythm', to='triage.channel'),
        ),
        migrations.AddField(
            model_name='spending',
            name='channel',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='spending', to='triage.channel'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.UniqueConstraint(condition=models.Q(('cleared_at', None)), fields=('channel', 'kind'), name='alert_open_once'),
        ),
        migrations.AddIndex(
            model_name='backfill',
            index=models.Index(fields=['state', 'next_bite_at'], name='backfill_due'),
        ),
        migrations.AddConstraint(
            model_name='spending',
            constraint=models.UniqueConstraint(fields=('channel', 'day'), name='spending_once'),
        ),
    ]
