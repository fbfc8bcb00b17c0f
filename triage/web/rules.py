"""The rules page: their order, a form for each, and a dry run before anything is saved.

Nothing is kept on the server until it is saved: the policy's text travels with the form.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from triage.access import posts_for
from triage.tables import User
from triage.tuning.foresight import Foresight, foresee
from triage.tuning.policies import policy_in_force, policy_row, put_in_force
from triage.tuning.policy import PolicyError, read_policy
from triage.tuning.policytext import rules_in, with_rule, with_rule_moved, without_rule
from triage.web.approvalpolicy import warn_of_approval
from triage.web.counts import counts_for
from triage.web.doors import Request, tuners
from triage.web.frame import frame
from triage.web.preview import moved_posts
from triage.web.ruleform import RuleForm, form_as_typed, form_of, in_words, rule_of
from triage.web.showing import plural

DAYS = 30
EXAMPLES = 3
SHIFTS = ("up", "down", "remove")
"""Buttons that change the places of rules, one of which may be in the form."""
FILE_LIMIT = 500_000
"""Bytes of a policy file that somebody brings in."""


@dataclass(frozen=True, slots=True)
class Line:
    """One rule in words, and what it did in the dry run."""

    place: int
    name: str
    when: str
    then: str
    goes_on: bool
    ran: str
    would: str
    examples: tuple[str, ...]


@dataclass(slots=True)
class Draft:
    """The policy as it stands in the form, and what is to be shown of it."""

    text: str
    form: RuleForm
    seen: int
    reason: str = ""
    refused: str = ""
    tried: bool = False


@tuners
def rules(request: Request) -> HttpResponse:
    """The rules in force, or what somebody makes of them."""
    row = policy_row()
    if request.method != "POST":
        return _page(request, Draft(row.text, form_of({}, place=""), row.version))
    typed = {name: "\n".join(request.POST.getlist(name)) for name in request.POST}
    draft = Draft(
        text=typed.get("text", "").replace("\r\n", "\n"),
        form=form_as_typed(typed),
        seen=int(seen) if (seen := typed.get("seen", "")).isdecimal() else row.version,
        reason=typed.get("reason", ""),
        tried=True,
    )
    try:
        if typed.get("act") == "save":
            return _save(request, draft)
        _carry_out(request, draft, typed)
    except PolicyError as refused:
        draft.refused = str(refused)
        draft.seen = row.version  # they have been told what changed meanwhile, and may go on
    return _page(request, draft)


def _save(request: Request, draft: Draft) -> HttpResponse:
    _check_put(draft)
    saved = put_in_force(draft.text, author=request.user, reason=draft.reason, seen=draft.seen)
    messages.success(request, f"Policy {saved.version} is active for new posts.")
    warn_of_approval(request, saved)
    return HttpResponseRedirect(reverse("rules"))


def _check_put(draft: Draft) -> None:
    """Raise PolicyError where the form holds a rule that is not in the text yet."""
    form, place = draft.form, draft.form.place
    known = rules_in(draft.text)
    there = place.isdecimal() and int(place) < len(known)
    stands = form_of(known[int(place)] if there else {}, place=place)
    if form != stands:
        raise PolicyError(
            f"The rule {form.name!r} has not been added to the list yet. Add it or clear its "
            "form first."
        )


def _carry_out(request: Request, draft: Draft, typed: Mapping[str, str]) -> None:
    """Change the text as the button says. Raises PolicyError, and changes nothing.

    A new rule that is being typed stays in the form while others are moved.
    """
    act, _, number = typed.get("act", "").partition(":")
    place = int(number) if number.isdecimal() else -1
    text = draft.text
    leaves_form = act in ("edit", "bring", "drop", "put") or (draft.form.place and act in SHIFTS)
    if leaves_form and act not in ("drop", "put"):
        _check_put(draft)
    if act == "edit":
        found = rules_in(text)
        draft.form = form_of(found[place], place=str(place)) if place < len(found) else draft.form
        return
    if act == "put":
        text = _with_form(draft)
    elif act in ("up", "down"):
        text = with_rule_moved(text, place, by=-1 if act == "up" else 1)
    elif act == "remove":
        text = without_rule(text, place)
    elif act == "bring":
        text = _brought(request)
    read_policy(text)
    draft.text = text
    if leaves_form:
        draft.form = form_of({}, place="")


def _with_form(draft: Draft) -> str:
    typed = {control.name: control.value for control in (*draft.form.when, *draft.form.then)}
    typed["name"] = draft.form.name
    rule = rule_of(typed | ({"go_on": "on"} if draft.form.go_on else {}))
    place = int(draft.form.place) if draft.form.place.isdecimal() else None
    return with_rule(draft.text, rule, place=place)


def _brought(request: Request) -> str:
    file = request.FILES.get("file")
    if file is None or file.size is None or file.size > FILE_LIMIT:
        raise PolicyError("Choose a policy file of at most 500 kB.")
    try:
        return bytes(file.read()).decode("utf-8")
    except UnicodeDecodeError:
        raise PolicyError("The file is not UTF-8.") from None


def _page(request: Request, draft: Draft) -> HttpResponse:
    found = None
    try:
        tables = rules_in(draft.text)
        policy = read_policy(draft.text, version=draft.seen)
        if draft.tried:
            since = timezone.now() - timedelta(days=DAYS)
            found = foresee(policy, policy_in_force(), since=since)
    except PolicyError as refused:
        tables, draft.refused = [], draft.refused or str(refused)
    page = {
        **frame(request.user, counts_for(request.user), here="rules"),
        "draft": draft,
        "lines": _lines(request.user, tables, found),
        "last": len(tables) - 1,
        "changed": draft.text != policy_row().text,
        "found": found,
        "total": plural(found.posts, "post") if found else "",
        "moves": plural(found.changed, "post") if found else "",
        "moved": moved_posts(request.user, found) if found else (),
    }
    return render(request, "rules.html", page, status=409 if draft.refused else 200)


def _lines(user: User, tables: list[dict[str, Any]], found: Foresight | None) -> list[Line]:
    met = found.met if found else {}
    wanted = [pk for ids in met.values() for pk in ids[:EXAMPLES]]
    posts = posts_for(user).in_bulk(wanted) if wanted else {}
    texts = {pk: post.text[:160] for pk, post in posts.items()}
    return [_line(place, table, found, texts) for place, table in enumerate(tables)]


def _line(
    place: int, table: dict[str, Any], found: Foresight | None, texts: Mapping[int, str]
) -> Line:
    name = str(table.get("name", ""))
    kept_out = found.would[name] if found else 0
    return Line(
        place=place,
        name=name,
        when=in_words(table.get("when", {})),
        then=in_words(table.get("then", {})),
        goes_on=bool(table.get("go_on")),
        ran=f"matched {plural(found.ran[name], 'post')}" if found else "",
        would=f"an earlier rule came first for {plural(kept_out, 'post')}" if kept_out else "",
        examples=tuple(
            texts[pk] for pk in (found.met.get(name, ()) if found else ())[:EXAMPLES] if pk in texts
        ),
    )
