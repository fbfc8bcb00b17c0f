"""What people ask for in the tests of the ways back."""

from datetime import UTC, datetime

from triage.vocabulary import Act
from workers.channels.base import Sending

ASKED = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)
TEXT = "Thanks, Ann: it is fixed."


def sending(
    post: str,
    act: Act = Act.REPLY,
    *,
    text: str = TEXT,
    conversation: str = "",
    key: str = "6f1f2a52-0000-4000-8000-000000000001",
) -> Sending:
    """One act of a person at 12:00."""
    return Sending(act, key, post, conversation, "ann", ASKED, text if act == Act.REPLY else "")
