"""The database tables, a file per subject."""

from triage.tables.channels import Channel, Run
from triage.tables.deadletters import DeadLetter
from triage.tables.deliveries import Delivery
from triage.tables.items import Item, Move
from triage.tables.judgements import Lesson, Policy, Verdict
from triage.tables.people import Person, User
from triage.tables.posts import PostRow, PostVersion
from triage.tables.pulses import Pulse

__all__ = [
    "Channel",
    "DeadLetter",
    "Delivery",
    "Item",
    "Lesson",
    "Move",
    "Person",
    "Policy",
    "PostRow",
    "PostVersion",
    "Pulse",
    "Run",
    "User",
    "Verdict",
]
