"""Renewing: a new access token for an old one, as OAuth 2 does it (RFC 6749, section 6)."""

from workers.channels.asking import told
from workers.channels.http import Wire, session
from workers.channels.records import part, words


def refreshed(
    wire: Wire, address: str, *, client: tuple[str, str], refresh_token: str, basic: bool = False
) -> dict[str, str]:
    """What the platform gives for a refresh token: `access_token`, and `refresh_token` if that is
    another one from now on; {} where it gives none.

    `client` is the app's id and secret, sent as a password where `basic`. Raises what requests
    raises.
    """
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": client[0]}
    if not basic:
        form["client_secret"] = client[1]
    auth = client if basic and client[1] else None
    session(wire).post(address, data=form, auth=auth, allow_redirects=False)
    body = told(wire) if wire.status == 200 else None
    found = {name: words(part(body, name)) for name in ("access_token", "refresh_token")}
    return {name: value.strip() for name, value in found.items() if value}
