"""Sweep acts: what can be done to many items at once, and what the form has to say for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils import timezone

from triage.desk import assigning, claims, items, snoozing, tagging
from triage.desk.acting import ActRefused
from triage.desk.sweeping import Act
from triage.tables import User
from triage.vocabulary import Queue
from triage.web.place import Place
from triage.web.showing import queue_name
from triage.web.snooze import Rest, read_rest, rests
from triage.web.typed import number

Form = Mapping[str, str]
HAND_OFF_TO = {
    f"{Queue.PROMO}": queue_name(Queue.PROMO),
    f"{Queue.SUPPORT}": queue_name(Queue.SUPPORT),
    f"{Queue.ARCHIVE}": "Archive (noise)",
}


@dataclass(frozen=True, slots=True)
class SweepAct:
    """One button: what it does, and what is said of the items that it was done to."""

    read: Callable[[Form], Act]
    done: str


def read_act(form: Form) -> tuple[Act, str]:
    """The act that a form asks for, and how it is told. Raises ActRefused with one sentence."""
    chosen = SWEEP_ACTS.get(form.get("act", ""))
    if chosen is None:
        raise ActRefused("Choose an action for the selected items.")
    return chosen.read(form), chosen.done


def acts_at(place: Place) -> tuple[str, ...]:
    """The acts that have a button of their own beside the list at a place."""
    return ("reopen",) if place.show == "resolved" else ("claim", "resolve")


def choices(user: User, place: Place) -> dict[str, Any]:
    """What the fields offer: colleagues, queues, and times to rest until."""
    colleagues = assigning.colleagues(place.queue or Queue.REVIEW)
    return {
        "colleagues": [(each.pk, each.shown_name, each.pk == user.pk) for each in colleagues],
        "targets": [(to, words) for to, words in HAND_OFF_TO.items() if to != place.queue],
        "rest_choices": _rests(),
        "place": place,
    }


def _rests() -> tuple[Rest, ...]:
    return rests(timezone.now())


def _hand_off(form: Form) -> Act:
    to, reason = form.get("to", ""), form.get("reason", "")[:500]
    if to not in HAND_OFF_TO:
        raise ActRefused("Choose where to hand them off.")
    if not reason.split():
        raise ActRefused("Give a short reason. The other team reads it, and the model learns.")
    intent = "noise" if to == Queue.ARCHIVE else ""
    return partial(items.hand_off, to=to, reason=reason, intent=intent)


def _snooze(form: Form) -> Act:
    now = timezone.now()
    until = read_rest(form.get("until", "")[:16], form.get("at", "")[:32], now=now)
    return partial(snoozing.snooze, until=until, reason=form.get("reason", "")[:500])


def _assign(form: Form) -> Act:
    colleague = number(form.get("colleague", ""))
    to = User.objects.filter(pk=colleague).first() if colleague else None
    if to is None:
        raise ActRefused("Choose who to assign them to.")
    return partial(assigning.assign, to=to)


def _tag(form: Form) -> Act:
    return partial(tagging.tag, name=tagging.tag_name(form.get("name", "")))


SWEEP_ACTS: dict[str, SweepAct] = {
    "claim": SweepAct(lambda _: claims.claim, "claimed"),
    "resolve": SweepAct(lambda _: items.resolve, "resolved"),
    "reopen": SweepAct(lambda _: items.reopen, "reopened"),
    "hand-off": SweepAct(_hand_off, "handed off"),
    "snooze": SweepAct(_snooze, "snoozed"),
    "assign": SweepAct(_assign, "assigned"),
    "tag": SweepAct(_tag, "tagged"),
}
