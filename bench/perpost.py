"""The peer of `bench.pipeline`: one task a post, written the way the Celery documentation teaches.

Same tables, same classifier, same routing, same database and broker. What differs is the shape:
a message carries a post, a task handles one, the ORM stores it.
"""

import os

import django
from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402  Django must be ready first
from django.db import transaction  # noqa: E402

from triage.posts import from_json, safe_post  # noqa: E402
from triage.tables import Channel, Item, Move, Person, PostRow, Verdict  # noqa: E402
from triage.tuning.policies import policy_in_force  # noqa: E402
from triage.walk.judging import current_classifier, passage_of  # noqa: E402
from triage.walk.placing import item_key  # noqa: E402
from triage.walk.routing import decide  # noqa: E402

app = Celery("perpost", broker=settings.ENVIRONMENT.broker_url)
app.conf.update(task_ignore_result=True, task_acks_late=True, task_default_queue="perpost")


@app.task(
    name="bench.perpost.handle", autoretry_for=(Exception,), retry_backoff=True, max_retries=5
)
def handle(channel_id: int, data: dict[str, object]) -> None:
    """Store one post, judge it, and put it in a queue."""
    post = safe_post(from_json(data))
    channel = Channel.objects.get(pk=channel_id)
    with transaction.atomic():
        person, _ = Person.objects.get_or_create(
            platform=post.platform or channel.source,
            external_id=post.author_id,
            defaults={"name": post.author},
        )
        row, new = PostRow.objects.get_or_create(
            channel=channel,
            external_id=post.id,
            defaults={
                "person": person,
                "author": post.author or "",
                "text": post.text,
                "parent_text": post.parent_text or "",
                "lang": post.lang or "",
                "kind": post.kind or channel.kind,
                "platform": post.platform or "",
                "brand": post.brand or "",
                "conversation": post.conversation or post.id,
                "posted_at": post.created_at,
                "raw": dict(post.raw),
            },
        )
    if new:
        _route(channel, row, post)


def _route(channel: Channel, row: PostRow, post) -> None:  # type: ignore[no-untyped-def]
    classifier = current_classifier()
    assert classifier is not None
    judged = classifier.judge([passage_of(post)])[0]
    policy = policy_in_force()
    decision = decide(judged, kind=row.kind, policy=policy)
    with transaction.atomic():
        verdict = Verdict.objects.create(
            post=row,
            post_version=1,
            model=judged.model,
            queue=judged.queue,
            intent=judged.intent,
            confidence=judged.confidence,
            intent_confidence=judged.intent_confidence,
            because=list(judged.because),
        )
        item, _ = Item.objects.get_or_create(
            channel=channel,
            key=item_key(row),
            defaults={
                "person": row.person,
                "conversation": row.conversation,
                "queue": decision.queue,
                "intent": judged.intent,
                "confidence": judged.confidence,
                "why": decision.why,
                "text": row.text,
                "latest_post": row,
                "posted_at": row.posted_at,
            },
        )
        Move.objects.create(
            item=item,
            post=row,
            post_version=1,
            target=decision.queue,
            by=Move.By.MODEL,
            verdict=verdict,
            policy_version=policy.version,
            why=decision.why,
        )
        row.item = item
        row.state = PostRow.State.SORTED
        row.save(update_fields=["item", "state"])


def send(channel_id: int, posts: list[dict[str, object]]) -> None:
    """What the page-fetching task of such a pipeline does: one message a post."""
    for post in posts:
        handle.delay(channel_id, post)
