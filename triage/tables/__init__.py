"""The database tables, a file per subject."""

from triage.tables.accounts import Account, Spending
from triage.tables.alerts import Alert, Rhythm
from triage.tables.apikeys import ApiKey
from triage.tables.audit import AuditEntry
from triage.tables.backfills import Backfill
from triage.tables.campaigns import Campaign
from triage.tables.channels import Channel, Run
from triage.tables.deadletters import DeadLetter
from triage.tables.deliveries import Delivery
from triage.tables.desk import (
    Deed,
    Desk,
    Draft,
    ItemTag,
    Mention,
    Mute,
    Note,
    Presence,
    SavedReply,
    Tag,
)
from triage.tables.drifts import Drift, InputDrift, InputLook
from triage.tables.erasures import Tombstone
from triage.tables.intents import IntentRow
from triage.tables.items import Item, Move
from triage.tables.judgements import Lesson, Opinion, Policy, Verdict
from triage.tables.outgoing import Outgoing
from triage.tables.people import Person, User
from triage.tables.posts import PostRow, PostVersion
from triage.tables.pulses import Pulse
from triage.tables.readings import Reading
from triage.tables.resortings import Resorting
from triage.tables.searchtexts import SearchText
from triage.tables.shadows import Shadow, ShadowVerdict
from triage.tables.streams import Stream
from triage.tables.tokens import Token
from triage.tables.trainings import StoredModel, Switch, Training
from triage.tables.views import View

__all__ = [
    "Account",
    "Alert",
    "ApiKey",
    "AuditEntry",
    "Backfill",
    "Campaign",
    "Channel",
    "DeadLetter",
    "Deed",
    "Delivery",
    "Desk",
    "Draft",
    "Drift",
    "InputDrift",
    "InputLook",
    "IntentRow",
    "Item",
    "ItemTag",
    "Lesson",
    "Mention",
    "Move",
    "Mute",
    "Note",
    "Opinion",
    "Outgoing",
    "Person",
    "Policy",
    "PostRow",
    "PostVersion",
    "Presence",
    "Pulse",
    "Reading",
    "Resorting",
    "Rhythm",
    "Run",
    "SavedReply",
    "SearchText",
    "Shadow",
    "ShadowVerdict",
    "Spending",
    "StoredModel",
    "Stream",
    "Switch",
    "Tag",
    "Token",
    "Tombstone",
    "Training",
    "User",
    "Verdict",
    "View",
]
