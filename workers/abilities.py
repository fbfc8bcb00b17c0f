"""Abilities: what each channel can do, written where the web process can read it."""

from dataclasses import asdict

from triage.tables import Channel
from workers.channels.base import Source


def note_ability(channel: Channel, source: Source) -> None:
    """Write down what a channel can do, where that is not what its row says already."""
    can = {"title": source.title, **asdict(source.ability())}
    can["acts"] = [act.value for act in can["acts"]]
    if channel.can != can:
        Channel.objects.filter(pk=channel.pk).update(can=can)
        channel.can = can
