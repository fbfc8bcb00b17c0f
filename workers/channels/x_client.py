"""tweepy, as every call to X uses it: with our session, and with answers as plain objects."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import tweepy

from workers.channels.http import Wire, session
from workers.channels.records import identifier, part

HOST = "https://api.twitter.com"
"""The one address tweepy knows; its OAuth 1.0a signatures hold only there."""
USER_KEYS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")

ErrorAnswer = tweepy.HTTPException
BadRequest = tweepy.BadRequest


class Client(tweepy.Client):  # type: ignore[misc]
    """The client, and whose keys these are."""

    def own_id(self) -> str:
        """The id of our account: an access token begins with it; X is asked where it does not."""
        told: str = (self.access_token or "").partition("-")[0]
        return told if told.isascii() and told.isdigit() else self._asked_id

    @cached_property
    def _asked_id(self) -> str:
        found = identifier(part(self.get_me(user_auth=True), "data", "id"))
        if found is None:
            raise ValueError("no account in the answer")
        return found

    def _get_authenticating_user_id(self, *, oauth_1: bool = False) -> str:
        """What tweepy puts into the address of a like; its own would put any token there."""
        return self.own_id()


def client_of(secrets: Mapping[str, str], wire: Wire) -> Client:
    """A client that sends through `wire`; it reads as the app where there is a bearer token."""
    keys = (secrets.get(key) for key in USER_KEYS)
    client = Client(secrets.get("bearer_token"), *keys, return_type=dict)
    client.session = session(wire)
    return client


def body_of(error: Exception) -> Any:
    """The JSON of an error answer, None where it is none."""
    try:
        return error.response.json()  # type: ignore[attr-defined]
    except (ValueError, RecursionError):
        return None
