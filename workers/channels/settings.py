"""What every channel kind looks at in its settings before it is stored."""

from collections.abc import Mapping
from urllib.parse import urlsplit


def address_problem(settings: Mapping[str, str], name: str = "base_url") -> str | None:
    """What is wrong with a web address, None where it is fine or not given."""
    value = settings.get(name)
    if not value:
        return None
    try:
        parts = urlsplit(value)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fine = False
    if fine and (parts.query or parts.fragment or parts.username):
        return f"{name} is an address without ?, # and @"
    return None if fine else f"{name} must begin with http:// or https:// and name a host"


def number_problem(settings: Mapping[str, str], name: str, least: int, most: int) -> str | None:
    """What is wrong with a whole number, None where it is fine or not given."""
    value = settings.get(name)
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and least <= int(value[:12]) <= most):
        return f"{name} is {value[:20]!r}; it must be a whole number from {least} to {most}"
    return None
