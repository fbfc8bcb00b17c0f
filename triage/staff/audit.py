"""The audit log: note who did what, and find it again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from triage.posts import clean_field
from triage.tables import AuditEntry, User

COMMAND = "command line"
"""The actor of what is done with `triage …`; whoever may run it has the machine anyway."""
NOBODY = "nobody"
EVENTS: Mapping[str, str] = {
    "signed_in": "signed in",
    "signed_out": "signed out",
    "sign_in_failed": "failed to sign in",
    "locked_out": "was locked out",
    "session_ended": "ended a session",
    "password_changed": "changed a password",
    "second_factor_on": "turned the second factor on",
    "second_factor_off": "turned the second factor off",
    "recovery_codes": "created recovery codes",
    "account_linked": "linked the company's sign-in",
    "person_added": "added a person",
    "teams_changed": "changed teams",
    "address_changed": "changed an email address",
    "person_deactivated": "deactivated a person",
    "person_reactivated": "reactivated a person",
    "second_factor_reset": "reset a second factor",
    "key_made": "created an API key",
    "key_revoked": "revoked an API key",
    "channel_added": "added a channel",
    "channel_changed": "changed a channel",
    "channel_paused": "paused a channel",
    "channel_resumed": "resumed a channel",
    "channel_removed": "removed a channel",
    "alert_seen": "took on an alert",
    "policy_changed": "activated a policy",
    "model_used": "put a model in use",
    "model_back": "rolled back the model",
    "training_asked": "requested a training",
    "shadow_started": "started a shadow model",
    "shadow_ended": "stopped the shadow model",
    "exported": "exported a file",
    "letter_replayed": "replayed a dead letter",
    "letter_put_aside": "put a dead letter aside",
    "intent_added": "added an intent",
    "intent_changed": "changed an intent",
    "intent_merged": "merged an intent into another",
    "intent_retired": "retired an intent",
    "intent_restored": "restored an intent",
    "items_relabelled": "relabelled the open items of an intent",
    "approval_asked": "requested approval of a reply",
    "answer_approved": "approved a reply",
    "answer_sent_back": "sent a reply back",
    "approver_changed": "changed who approves replies",
    "campaign_saved": "saved a campaign",
    "campaign_dropped": "deleted a campaign",
    "erased": "erased a person",
}
"""Every event, in the words of the log."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks for in the log; what is empty is not asked for."""

    event: str = ""
    actor: str = ""
    since: datetime | None = None
    until: datetime | None = None


def note(
    event: str,
    *,
    by: User | str,
    target: str = "",
    address: str | None = None,
    **details: Any,
) -> AuditEntry:
    """Add an entry to the log, in the transaction of the act if there is one.

    `by` is the person who acted, or a name where nobody is signed in. Raises KeyError for an event
    that the log does not know.
    """
    EVENTS[event]
    person = by if isinstance(by, User) else None
    name = by if isinstance(by, str) else by.get_username()
    return AuditEntry.objects.create(
        event=event,
        user_id=person.pk if person else None,
        actor=clean_field(name, limit=150) or NOBODY,
        target=clean_field(target, limit=200) or "",
        address=address,
        details=details,
    )


def look_up(entries: QuerySet[AuditEntry], asked: Asked) -> QuerySet[AuditEntry]:
    """The entries that somebody looks for, the newest first."""
    if asked.event:
        entries = entries.filter(event=asked.event)
    if asked.actor:
        entries = entries.filter(actor__iexact=asked.actor)
    if asked.since:
        entries = entries.filter(at__gte=asked.since)
    if asked.until:
        entries = entries.filter(at__lt=asked.until)
    return entries.order_by("-id")


def entry_json(entry: AuditEntry) -> dict[str, Any]:
    """An entry as one JSON object."""
    return {
        "at": entry.at.isoformat(),
        "event": entry.event,
        "actor": entry.actor,
        "target": entry.target,
        "address": entry.address,
        "details": entry.details,
    }
