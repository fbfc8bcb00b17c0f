"""Saved replies: texts that are sent often, with places for names."""

import re

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from triage.access import visible_queues
from triage.desk.acting import ActRefused
from triage.posts import clean
from triage.tables import Item, SavedReply, User
from triage.vocabulary import Team

PLACEHOLDERS = ("author", "brand", "agent")
TITLE_LENGTH, LENGTH = 100, 10_000
_PLACE = re.compile(r"\{([^{}]*)\}")
_PLACE_WITH_SPACE = re.compile(r"( ?)\{([^{}]*)\}")


def save_reply(
    user: User, *, title: str, text: str, team: str = "", reply: SavedReply | None = None
) -> SavedReply:
    """Keep a reply, new or changed: the person's own, or with `team` their whole team's.

    Raises ActRefused without title or text, for a placeholder that nothing can fill, for a team
    that is not the person's, and for a reply that is not theirs to change.
    """
    name = clean(" ".join(title.split()), limit=TITLE_LENGTH)[0]
    said = clean(text.strip(), limit=LENGTH)[0]
    if not name or not said:
        raise ActRefused("A saved reply needs a title and a text.")
    _check_places(said)
    _check_team(user, team)
    if reply is None:
        return SavedReply.objects.create(owner=user, team=team, title=name, text=said)
    _check_may_change(user, reply)
    reply.title, reply.text, reply.team, reply.changed_at = name, said, team, timezone.now()
    reply.save(update_fields=["title", "text", "team", "changed_at"])
    return reply


def drop_reply(reply: SavedReply, user: User) -> None:
    """Delete a saved reply. Raises ActRefused if it is not theirs."""
    _check_may_change(user, reply)
    reply.delete()


def replies_for(user: User) -> QuerySet[SavedReply]:
    """The saved replies that a person may use, those used most first."""
    if not visible_queues(user):
        return SavedReply.objects.none()
    teams = list(Team) if user.in_team(Team.OPS) else user.teams
    own = Q(owner=user, team="") | Q(team__in=teams)
    return SavedReply.objects.filter(own).order_by("-used", "title", "id")


def use_reply(reply: SavedReply, item: Item, user: User) -> str:
    """The text for this item, filled in; counted, so that what is used most comes first."""
    SavedReply.objects.filter(pk=reply.pk).update(used=F("used") + 1)
    return filled(reply.text, item, user)


def filled(text: str, item: Item, user: User) -> str:
    """The text with its placeholders filled. One that is not known goes, and the space before it:
    "Hello {author}," becomes "Hello,"."""
    values = {"author": item.author, "brand": item.channel.brand, "agent": user.shown_name}
    return _PLACE_WITH_SPACE.sub(lambda found: _fill(found, values), text)


def _fill(found: re.Match[str], values: dict[str, str]) -> str:
    space, name = found.groups()
    if name not in values:
        return found.group()
    return f"{space}{values[name]}" if values[name] else ""


def may_change(user: User, reply: SavedReply) -> bool:
    """Whether a person may change or delete a reply: its writer, its team, ops for teams' ones."""
    if not reply.team:
        return reply.owner_id == user.pk
    return user.in_team(Team(reply.team), Team.OPS)


def _check_may_change(user: User, reply: SavedReply) -> None:
    if not may_change(user, reply):
        raise ActRefused("This reply belongs to someone else. Save your own under another title.")


def _check_places(text: str) -> None:
    for name in _PLACE.findall(text):
        if name not in PLACEHOLDERS:
            raise ActRefused(
                f"{{{name}}} is not a placeholder. Use {{author}}, {{brand}} or {{agent}}."
            )


def _check_team(user: User, team: str) -> None:
    if not team:
        return
    if team not in set(Team):
        raise ActRefused(f"There is no team {team!r}.")
    if not user.in_team(Team(team), Team.OPS):
        raise ActRefused(f"You are not in the {team} team, so you cannot write its replies.")
