"""What can be wrong with the settings of a Reddit channel."""

import re
from collections.abc import Mapping

from workers.channels.failing import key_problem
from workers.channels.settings import address_problem, number_problem


def problem_with(settings: Mapping[str, str], secrets: Mapping[str, str]) -> str | None:
    """What is wrong with a combination of settings and keys, in one sentence; None if nothing."""
    if not secrets.get("client_id") or not secrets.get("client_secret"):
        return "Reddit needs the client_id and the client_secret of an app"
    if secrets.get("password") and not name_in(settings):
        return "a password needs the username it belongs to"
    signed = secrets.get("refresh_token") or secrets.get("password")
    subreddit = subreddit_in(settings)
    if not signed and not subreddit:
        return "an inbox needs its account: username and password, or a refresh_token"
    if subreddit and not re.fullmatch(r"[A-Za-z0-9_]+([+-][A-Za-z0-9_]+)*", subreddit):
        return "subreddit is the name behind r/, or several as a+b"
    if not (settings.get("user_agent") or "x" * 7).isascii():
        return "user_agent is plain text"
    if len(settings.get("user_agent") or "x" * 7) < 7:
        return "user_agent has at least 7 characters"
    keys = ("client_id", "client_secret", "refresh_token")
    return (
        key_problem("Reddit", [secrets.get(key) for key in keys])
        or number_problem(settings, "lookback_hours", 1, 24 * 90)
        or address_problem(settings)
    )


def name_in(settings: Mapping[str, str]) -> str:
    """The account's name without its prefix; empty where none is given."""
    return (settings.get("username") or "").strip().removeprefix("u/")


def subreddit_in(settings: Mapping[str, str]) -> str:
    """The subreddit's name without its prefix; empty where none is given."""
    return (settings.get("subreddit") or "").strip().strip("/").removeprefix("r/")
