"""Incoming: have each channel's posts compared with earlier ones, one channel at a time.

A look reads the posts of one channel and leaves a row for each language, so that the page, the
alert, the API and the metrics say the same.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from triage.languages import language_name
from triage.numbers import percent
from triage.tables import Channel, InputDrift, InputLook
from triage.tuning.inputdrift import Changed, InputChange, input_change, words_json
from triage.tuning.voices import Voice, draw_voices

EVERY = timedelta(hours=6)
NAMED = 4
"""Words that the sentence names; the row has more."""


def look_at_input(*, now: datetime) -> bool:
    """Look at the channel whose turn it is -> whether there was one. Safe to call twice at once."""
    channel = _take(now)
    if channel is None:
        return False
    _measure(channel, draw_voices(channel, now=now), now)
    return True


def _take(now: datetime) -> int | None:
    """The channel that was looked at longest ago, if that is long enough; nobody else gets it."""
    live = Channel.objects.exclude(state=Channel.State.REMOVED)
    due = live.exclude(input_look__looked_at__gt=now - EVERY)
    order = F("input_look__looked_at").asc(nulls_first=True), "pk"
    for channel, looked in due.order_by(*order).values_list("pk", "input_look__looked_at")[:20]:
        if _claim(channel, looked, now):
            return channel
    return None


def _claim(channel: int, looked: datetime | None, now: datetime) -> bool:
    if looked is not None:
        mine = InputLook.objects.filter(channel=channel, looked_at=looked)
        return mine.update(looked_at=now) == 1
    try:
        with transaction.atomic():
            InputLook.objects.create(channel_id=channel, looked_at=now)
    except IntegrityError:  # somebody else has just begun
        return False
    return True


def _measure(channel: int, voices: Mapping[str, Sequence[Voice]], now: datetime) -> None:
    changes = {lang: input_change(said) for lang, said in voices.items()}
    with transaction.atomic():
        rows = [_write(channel, lang, seen, now) for lang, seen in changes.items() if seen]
        InputDrift.objects.filter(channel=channel).exclude(pk__in=rows).delete()


def _write(channel: int, lang: str, seen: InputChange, now: datetime) -> int:
    row, _ = InputDrift.objects.update_or_create(
        channel_id=channel,
        lang=lang,
        defaults={
            "measured_at": now,
            "before": seen.before,
            "now": seen.now,
            "tested": seen.tested,
            "words": words_json(seen),
            "chance": seen.chance,
            "length_before": seen.length[0],
            "length_now": seen.length[1],
            "length_effect": seen.length_effect,
            "length_chance": seen.length_chance,
            "drifting": seen.alarming,
            "said": _said(lang, seen),
        },
    )
    return row.pk


def _said(lang: str, seen: InputChange) -> str:
    """What has changed, in words; empty where nothing has."""
    told = [_word(each, seen) for each in seen.words[:NAMED]]
    if len(seen.words) > NAMED:
        told.append(f"and {len(seen.words) - NAMED} more")
    said = []
    if told:
        said.append(f"People's words changed this week ({language_name(lang)}): {', '.join(told)}.")
    if seen.longer_or_shorter:
        before, now = seen.length
        which = f"Texts are {'longer' if now > before else 'shorter'}"
        which += "" if told else f" this week ({language_name(lang)})"
        said.append(f"{which}: median {now:.0f} characters, was {before:.0f}.")
    return " ".join(said)


def _word(each: Changed, seen: InputChange) -> str:
    before, now = percent(each.before / seen.before), percent(each.now / seen.now)
    return f"“{each.word}” {before} → {now}"
