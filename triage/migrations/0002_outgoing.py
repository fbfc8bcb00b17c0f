import django.db.models.deletion
import django.utils.timezone
import triage.tables.outgoing
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("triage", "0001_first")]

    operations = [
        migrations.AddField(
            model_name='channel',
            name='can',
            field=models.JSONField(default=dict),
        ),
        migrations.CreateModel(
            name='Outgoing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(choices=[('reply', 'reply'), ('hide', 'hide'), ('unhide', 'unhide'), ('like', 'like'), ('unlike', 'unlike'), ('delete', 'delete')], max_length=16)),
                ('text', models.TextField(blank=True, default='')),
                ('key', models.CharField(default=triage.tables.outgoing.new_key, max_length=64, unique=True)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sending', 'Sending'), ('sent', 'Sent'), ('refused', 'Refused'), ('failed', 'Failed'), ('unknown', 'Unknown'), ('cancelled', 'Cancelled')], default='waiting', max_length=16)),
                ('due_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('lease_until', models.DateTimeField(null=True)),
                ('lease_epoch', models.BigIntegerField(default=0)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('uncertain', models.BooleanField(default=False)),
                ('resolves', models.BooleanField(default=False)),
                ('external_id', models.CharField(blank=True, default='', max_length=1000)),
                ('url', models.TextField(blank=True, default='')),
                ('error', models.TextField(blank=True, default='')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('sent_at', models.DateTimeField(null=True)),
                ('channel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='outgoing', to='triage.channel')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='outgoing', to='triage.item')),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='outgoing', to='triage.postrow')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='outgoing', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddIndex(
            model_name='outgoing',
            index=models.Index(condition=models.Q(('state__in', ('waiting', 'sending'))), fields=['due_at'], name='outgoing_waiting'),
        ),
        migrations.AddIndex(
            model_name='outgoing',
            index=models.Index(fields=['item', '-id'], name='outgoing_of_item'),
        ),
        migrations.AddConstraint(
            model_name='outgoing',
            constraint=models.UniqueConstraint(condition=models.Q(('act', 'reply'), ('state__in', ('waiting', 'sending', 'unknown'))), fields=('item',), name='one_reply_on_its_way'),
        ),
        migrations.AddConstraint(
            model_name='outgoing',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('act', 'reply'), _negated=True), ('state__in', ('waiting', 'sending'))), fields=('post', 'act'), name='one_act_on_its_way'),
        ),
        migrations.AddConstraint(
            model_name='outgoing',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'sending')), fields=('channel',), name='one_sender_a_channel'),
        ),
    ]
