"""Channels over the API: what is watched, and how it is."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from triage.access import channels_for
from triage.api.doors import person
from triage.api.shapes import ChannelShape
from triage.tables import Channel

router = Router(tags=["channels"])


@router.get("/channels", response=list[ChannelShape], summary="What is watched")
def list_channels(request: HttpRequest) -> list[dict[str, Any]]:
    """Every channel that is watched, by name."""
    return [_channel(channel) for channel in channels_for(person(request)).order_by("name")]


def _channel(channel: Channel) -> dict[str, Any]:
    return {
        "name": channel.name,
        "kind": channel.kind,
        "source": channel.source,
        "state": channel.state,
        "error": channel.error or None,
        "last_success_at": channel.last_success_at,
        "last_post_at": channel.last_post_at,
        "next_pull_at": channel.next_pull_at,
    }
