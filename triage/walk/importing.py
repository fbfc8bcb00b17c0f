"""Importing: posts that a person brings in a file, through the same intake as every channel."""

from collections.abc import Sequence

from triage.posts import Post
from triage.tables import Channel
from triage.vocabulary import Kind
from triage.walk.intake import Stored, store
from triage.walk.reading import BadLine

SOURCE = "import"


def import_channel(name: str, *, brand: str = "", community: bool = False) -> Channel:
    """The channel of that name; one that is only imported into is made where there is none.

    A removed one comes back, paused.
    """
    channel, made = Channel.objects.get_or_create(
        name=name,
        defaults={
            "source": SOURCE,
            "kind": Kind.COMMUNITY if community else Kind.PUBLIC,
            "brand": brand,
            "state": Channel.State.PAUSED,  # nothing to pull
        },
    )
    if channel.state == Channel.State.REMOVED:
        channel.state = Channel.State.PAUSED
        channel.save(update_fields=["state"])
    if not made and brand and not channel.brand:
        channel.brand = brand
        channel.save(update_fields=["brand"])
    return channel


def import_batch(channel: Channel, posts: Sequence[Post], wrong: Sequence[BadLine]) -> Stored:
    """Store a batch of an imported file and keep its unreadable lines aside."""
    return store(
        channel,
        posts,
        rejected=[(f"line {bad.line}: {bad.reason}", {"line": bad.raw}) for bad in wrong],
    )
