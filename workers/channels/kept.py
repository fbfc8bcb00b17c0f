"""Sessions that outlive a pull, for platforms that allow few sign-ins: files for the owner's eyes.

They are in TRIAGE_HOME/sessions and not in the cursor, which people and backups see. A file is
encrypted with a key made of the secret that opened the session: the file alone opens nothing, and
after the secret was changed the old session is simply not there any more.
"""

import base64
import hashlib
import os
import tempfile
from functools import cached_property
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

WORK = 2**14
"""How hard it is to guess the secret from the file: scrypt's n (RFC 7914)."""


class KeptSession:
    """The session of one account: `account` names it, `secret` is what it was opened with."""

    def __init__(self, account: str, secret: str) -> None:
        self._account = account
        self._secret = secret

    @property
    def path(self) -> Path:
        """The file, whether or not it is there."""
        name = hashlib.sha256(self._account.encode("utf-8", "replace")).hexdigest()[:32]
        return Path(settings.ENVIRONMENT.home) / "sessions" / name

    def read(self) -> str | None:
        """The session; None where there is none, or where it belongs to another secret."""
        try:
            return self._lock.decrypt(self.path.read_bytes()).decode()
        except (OSError, InvalidToken, ValueError):
            return None

    def write(self, session: str) -> None:
        """Keep a session. A home that cannot be written to costs sign-ins, not the pull."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(dir=self.path.parent)  # mode 0600
            with os.fdopen(handle, "wb") as file:
                file.write(self._lock.encrypt(session.encode()))
            os.replace(part, self.path)
        except OSError:
            return

    def forget(self) -> None:
        """Drop a session that the platform no longer takes."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError:
            return

    @cached_property
    def _lock(self) -> Fernet:
        salt = hashlib.sha256(self._account.encode("utf-8", "replace")).digest()
        secret = self._secret.encode("utf-8", "replace")
        key = hashlib.scrypt(secret, salt=salt, n=WORK, r=8, p=1, dklen=32)
        return Fernet(base64.urlsafe_b64encode(key))
