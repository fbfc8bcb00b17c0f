"""Renewing a channel's expired key, and keeping the new one once it has been proven."""

from collections.abc import Callable, Mapping

import structlog

from triage.tables import Channel
from triage.watch.tokens import SecretUnreadable, find_secrets, renew_token
from workers.channels.base import Source, SourceError

log = structlog.get_logger()

SPENT = "refresh_token"
"""What many platforms take only once: a new one counts from the moment it was given out."""


def renew(
    channel: Channel, source: Source, open_with: Callable[[Mapping[str, str]], Source]
) -> bool:
    """Get new keys for an expired one, where the platform gives them -> whether they work.

    An access token is stored after a call with it succeeded, and only in the place of the one
    that it was made for.
    """
    try:
        fresh = source.renew()
        if not fresh:
            return False
        known = find_secrets(channel)
        if SPENT in fresh:
            renew_token(channel, SPENT, fresh[SPENT], was=known.get(SPENT, ""))
        open_with(fresh).check()
    except (SourceError, SecretUnreadable) as error:
        log.warning("renewal_failed", channel=channel.name, why=str(error))
        return False
    proven = {key: value for key, value in fresh.items() if key != SPENT}
    for key, value in proven.items():
        renew_token(channel, key, value, was=known.get(key, ""))
    log.info("key_renewed", channel=channel.name, keys=", ".join(proven))
    return bool(proven)
