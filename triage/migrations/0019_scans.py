import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Index, OuterRef, Q, Subquery, Value
from django.db.models.functions import Concat, Left, Lower, Replace, StrIndex

DONE = Q(status="resolved")
WAITS = ~DONE & Q(snoozed=False)
URGENT = ["-priority", "posted_at", "id"]
LAST = ["-resolved_at", "-id"]
NEWEST = ["-posted_at", "-id"]
FELT, SPOKEN, UNSURE = ~Q(sentiment=""), ~Q(lang=""), Q(unsure=True)
INDEXES = [
    Index(fields=["queue", *NEWEST], name="item_archived", condition=Q(queue="archive") & WAITS),
    Index(fields=["queue", *LAST], name="item_done", condition=DONE),
    Index(fields=["intent", *LAST], name="item_done_intent", condition=DONE),
    Index(fields=["channel", *LAST], name="item_done_channel", condition=DONE),
    Index(fields=["owner", "status", "queue"], name="item_mine", condition=Q(status="claimed")),
    Index(fields=["owner", *URGENT], name="item_by_owner", condition=WAITS),
    Index(fields=["owner", *LAST], name="item_done_owner", condition=DONE),
    Index(fields=["owner", *NEWEST], name="item_newest_owner"),
    Index(fields=LAST, name="item_done_nobody", condition=DONE & Q(owner=None)),
    Index(fields=["sentiment", *LAST], name="item_done_sentiment", condition=DONE & FELT),
    Index(fields=["lang", *URGENT], name="item_by_lang", condition=WAITS & SPOKEN),
    Index(fields=["lang", *LAST], name="item_done_lang", condition=DONE & SPOKEN),
    Index(fields=["lang", *NEWEST], name="item_newest_lang", condition=SPOKEN),
    Index(fields=["queue", *URGENT], name="item_unsure", condition=WAITS & UNSURE),
    Index(fields=["queue", *LAST], name="item_done_unsure", condition=DONE & UNSURE),
    Index(fields=NEWEST, name="item_newest_unsure", condition=UNSURE),
]


def tell_languages(apps, schema_editor):
    """Write the language of its latest post, without the country, into every item."""
    posts = apps.get_model("triage", "PostRow").objects.filter(pk=OuterRef("latest_post"))
    tag = Concat(Replace("lang", Value("_"), Value("-")), Value("-"))
    spoken = posts.exclude(lang="").annotate(tag=tag, ends=StrIndex(tag, Value("-")))
    found = spoken.filter(ends__gt=1, ends__lte=9)
    word = Lower(Left("tag", models.F("ends") - 1))
    items = apps.get_model("triage", "Item").objects.filter(
        latest_post__in=apps.get_model("triage", "PostRow").objects.exclude(lang="").values("pk")
    )
    items.update(lang=models.functions.Coalesce(Subquery(found.values(word=word)), Value("")))


class Migration(migrations.Migration):
    dependencies = [("triage", "0018_speed")]

    operations = [
        migrations.RemoveIndex(model_name="item", name="item_archived"),
        migrations.RemoveIndex(model_name="item", name="item_mine"),
        migrations.RemoveIndex(model_name="item", name="item_done"),
        migrations.RemoveIndex(model_name="item", name="item_owned"),
        migrations.AddField(
            model_name="item",
            name="lang",
            field=models.CharField(blank=True, default="", max_length=8),
        ),
        migrations.AlterField(
            model_name="item",
            name="channel",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="items",
                to="triage.channel",
            ),
        ),
        migrations.AlterField(
            model_name="item",
            name="owner",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="items",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(tell_languages, migrations.RunPython.noop),
        *(migrations.AddIndex(model_name="item", index=index) for index in INDEXES),
    ]
