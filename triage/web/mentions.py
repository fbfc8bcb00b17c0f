"""Mentions: the notes that name a person, until they have read them."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from triage.desk.notes import read_mentions, unread_mentions
from triage.web.counts import counts_for
from triage.web.doors import Request, in_a_team
from triage.web.frame import frame
from triage.web.showing import linked, moment, plural

SHOWN = 100


@in_a_team
def mentions(request: Request) -> HttpResponse:
    """What colleagues have told this person, the newest first."""
    now = timezone.now()
    found = [
        {
            "item": mention.note.item_id,
            "about": mention.note.item.author or "an item",
            "channel": mention.note.item.channel.name,
            "by": mention.note.user.shown_name if mention.note.user else "Somebody",
            "when": moment(mention.note.at, now=now),
            "text": linked(mention.note.text),
        }
        for mention in unread_mentions(request.user)[:SHOWN]
    ]
    page = frame(request.user, counts_for(request.user), here="mentions")
    return render(request, "mentions.html", {**page, "mentions": found})


@require_POST
@in_a_team
def read_all(request: Request) -> HttpResponse:
    """Call everything read."""
    read = read_mentions(request.user)
    messages.success(request, f"{plural(read, 'note')} marked as read.")
    return HttpResponseRedirect(reverse("mentions"))
