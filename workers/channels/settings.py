"""What every channel kind looks at in its settings before it is stored."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from workers.channels.base import Config, Option

BACKFILL = Option("days of earlier posts that are brought in when the channel is added, 1 to 365")
STREAM = Option("yes: hear of posts as they are written", choices=("yes", "no"))
OWN_IDS = Option("user names that are ours, with commas between; their posts are context")


def address_problem(
    settings: Mapping[str, str],
    name: str = "base_url",
    *,
    query: bool = False,
    schemes: tuple[str, ...] = ("http", "https"),
) -> str | None:
    """What is wrong with a web address, None where it is fine or not given.

    `query` says that a question mark and what follows may be part of it.
    """
    value = settings.get(name)
    if not value:
        return None
    try:
        parts = urlsplit(value)
        fine = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fine = False
    if fine and query and (parts.fragment or parts.username):
        return f"{name} is an address without # and @"
    if fine and not query and (parts.query or parts.fragment or parts.username):
        return f"{name} is an address without ?, # and @"
    begins = " or ".join(f"{scheme}://" for scheme in schemes)
    return None if fine else f"{name} must begin with {begins} and name a host"


def number_problem(settings: Mapping[str, str], name: str, least: int, most: int) -> str | None:
    """What is wrong with a whole number, None where it is fine or not given."""
    value = settings.get(name)
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and least <= int(value[:12]) <= most):
        return f"{name} is {value[:20]!r}; it must be a whole number from {least} to {most}"
    return None


def own_names(config: Config) -> frozenset[str]:
    """The user names in the setting `own_ids`, as `is_own` compares them."""
    return frozenset(_folded(name) for name in config.get("own_ids").split(",") if name.strip())


def is_own(names: frozenset[str], *candidates: str | None) -> bool:
    """Whether one of an author's names or ids stands in `own_ids`; case does not count."""
    return any(_folded(each) in names for each in candidates if each)


def _folded(name: str) -> str:
    return name.strip().removeprefix("@").casefold()
