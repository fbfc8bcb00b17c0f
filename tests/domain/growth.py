"""An intent that tests add to the shipped ones: somebody of the staff is thanked by name."""

from dataclasses import replace
from typing import Any

from triage.tables import IntentRow, User
from triage.tuning.growing import Wanted, add_intent

PRAISE = Wanted(
    measure="Staff who stay",
    department="Human Resources",
    public="support",
    community="support",
    guide="Thanks somebody of ours by name.",
    examples=("A big thank you to Mia of your shop, she was so patient!",),
)


def add_praise(by: User, **changes: Any) -> IntentRow:
    """Have `praise` in force, as PRAISE but for the changes."""
    return add_intent("praise", replace(PRAISE, **changes), by=by, reason="people thank people")
