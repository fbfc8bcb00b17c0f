"""The channel kinds. A new one is a file beside this and a line in `KINDS`."""

from importlib import import_module

from workers.channels.base import Source

KINDS: dict[str, str] = {
    "x": "workers.channels.x:XSource",
    "facebook": "workers.channels.facebook:FacebookSource",
    "instagram": "workers.channels.instagram:InstagramSource",
    "mastodon": "workers.channels.mastodon:MastodonSource",
    "bluesky": "workers.channels.bluesky:BlueskySource",
    "reddit": "workers.channels.reddit:RedditSource",
    "youtube": "workers.channels.youtube:YouTubeSource",
    "linkedin": "workers.channels.linkedin:LinkedInSource",
    "discourse": "workers.channels.discourse:DiscourseSource",
    "hackernews": "workers.channels.hackernews:HackerNewsSource",
    "feed": "workers.channels.feed:FeedSource",
    "generic": "workers.channels.generic:GenericSource",
    "file": "workers.channels.file:FileSource",
    "demo": "workers.channels.demo:DemoSource",
}


def source_class(kind: str) -> type[Source]:
    """The class of a channel kind. Raises KeyError for an unknown one.

    The module is imported only here, so that a process loads the clients of the kinds it pulls.
    """
    module, _, name = KINDS[kind].partition(":")
    found: type[Source] = getattr(import_module(module), name)
    return found
