"""Sessions that outlive a pull, for platforms that allow few sign-ins.

They lie encrypted in the table of tokens, where every host of an installation finds them, and not
in the cursor, which people see. A session belongs to the secret that opened it: after the secret
was changed, the old session is simply not there any more.
"""

import hashlib
import hmac
import json

from django.db import DatabaseError

from triage.watch.tokens import forget_tokens, read_token, store_token


class KeptSession:
    """The session of one account: `account` names it, `secret` is what it was opened with."""

    def __init__(self, account: str, secret: str) -> None:
        name = account.encode("utf-8", "replace")
        self.key = hashlib.sha256(name).hexdigest()
        self._mark = hmac.new(name, secret.encode("utf-8", "replace"), hashlib.sha256).hexdigest()

    def read(self) -> str | None:
        """The session; None where there is none, or where it belongs to another secret."""
        try:
            kept = json.loads(read_token(None, self.key) or "{}")
        except (DatabaseError, ValueError):
            return None
        mine = isinstance(kept, dict) and kept.get("secret") == self._mark
        return str(kept["session"]) if mine else None

    def write(self, session: str) -> None:
        """Keep a session. A database that is away costs sign-ins, not the pull."""
        if not session:
            return  # an empty one is never better than what is there
        try:
            store_token(None, self.key, json.dumps({"secret": self._mark, "session": session}))
        except DatabaseError:
            return

    def forget(self) -> None:
        """Drop a session that the platform no longer takes."""
        try:
            forget_tokens(None, [self.key])
        except DatabaseError:
            return
