"""Who may open what, and who may do what: every address against everybody, signed in or not."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.web.conftest import at_desk
from tests.web.desk import arrive, pending
from triage.desk.muting import mute
from triage.staff.apikeys import make_key
from triage.tables import (
    Alert,
    ApiKey,
    Campaign,
    DeadLetter,
    Item,
    Outgoing,
    SavedReply,
    StoredModel,
    User,
    View,
)
from triage.web.acts import NAMES

pytestmark = pytest.mark.django_db

PEOPLE = ("alice", "bob", "olga", "ada", "charlie")
ANYBODY = {*PEOPLE, "nobody"}  # nobody is not signed in
SIGNED_IN = set(PEOPLE)
TEAMS = SIGNED_IN - {"charlie"}
OPS = {"olga", "ada"}
ADMINS = {"ada"}
OLGA = {"olga"}  # what is hers alone
NONE: set[str] = set()


@dataclass(frozen=True)
class Row:
    """An address and who is let in; `way` is how it is asked for: get, post, or an API key."""

    address: str
    let_in: set[str]
    way: str = "get"
    form: tuple[tuple[str, str], ...] = ()


def page(address: str, let_in: set[str]) -> Row:
    return Row(address, let_in)


def act(address: str, let_in: set[str], **form: str) -> Row:
    return Row(address, let_in, "post", tuple(form.items()))


def api(address: str, way: str = "get", *, let_in: set[str] = TEAMS) -> Row:
    return Row(f"/api/v1/{address}", let_in, f"api {way}")


RIGHTS: dict[str, Row] = {
    "home": page("/", SIGNED_IN),
    "queue": page("/queue/promo/", TEAMS),
    "lists": page("/items/", TEAMS),
    "item": page("/item/{item}/", TEAMS),
    **{name: act(f"/item/{{item}}/{name}/", TEAMS) for name in NAMES},
    "draft": act("/item/{item}/draft/", TEAMS),
    "more": page("/item/{item}/others/", TEAMS),
    "saved": page("/item/{item}/saved/", TEAMS),
    "tag-names": page("/item/{item}/tag-names/", TEAMS),
    "next": act("/queue/review/next/", TEAMS),
    "undo": act("/undo/", TEAMS),
    "choose": page("/sweep/?place=review-open", TEAMS),
    "sweep-acts": page("/sweep/acts/?place=review-open", TEAMS),
    "sweep": act("/sweep/do/", TEAMS, place="review-open", act="resolve", item="{item}~1"),
    "campaigns": page("/campaigns/", TEAMS),
    "campaign": page("/campaigns/{campaign}/", OPS),
    "drop-campaign": act("/campaigns/{campaign}/drop/", OPS),
    "inbox": page("/tuning/inbox/", OPS),
    "changes": page("/changes/?queue=support&show=open", TEAMS),
    "keep-view": act("/views/", TEAMS, queue="promo", show="open", name="mine"),
    "drop-view": act("/views/{view}/drop/", OLGA),
    "approvals": page("/approvals/", OLGA),
    "approval-act": act("/approvals/{answer}/send-back/", OLGA, reason="shorter"),
    "mentions": page("/mentions/", TEAMS),
    "read-mentions": act("/mentions/read/", TEAMS),
    "muted": page("/muted/", TEAMS),
    "lift-mute": act("/muted/{mute}/lift/", TEAMS),
    "saved-replies": page("/saved-replies/", TEAMS),
    "saved-reply": page("/saved-replies/{saved}/", OLGA),
    "drop-saved-reply": act("/saved-replies/{saved}/drop/", OLGA),
    "reports": page("/reports/", TEAMS),
    "response-times": page("/reports/times/", TEAMS),
    "figures-csv": page("/reports/times/figures.csv", TEAMS),
    "figures-json": page("/reports/times/figures.json", TEAMS),
    "conversations-csv": page("/reports/times/each.csv", TEAMS),
    "review-lane": page("/review/", TEAMS),
    "review-read": act("/review/read/", TEAMS, post="{post}"),
    "review-undo": act("/review/undo/", TEAMS),
    "accuracy": page("/accuracy/", TEAMS),
    "accuracy-posts": page("/accuracy/posts/?said=lead&read=question", TEAMS),
    "channels": page("/channels/", TEAMS),
    "pause": act("/channels/{channel}/pause/", OPS),
    "resume": act("/channels/{channel}/resume/", OPS),
    "channel-check": act("/channels/{channel}/check/", OPS),
    "see-alert": act("/alerts/{alert}/seen/", OPS),
    "dead-letters": page("/dead-letters/", OPS),
    "replay": act("/dead-letters/{letter}/replay/", OPS),
    "put-aside": act("/dead-letters/{letter}/put-aside/", OPS),
    "tuning": page("/tuning/", OPS),
    "tuning-preview": page("/tuning/preview/", OPS),
    "resort": act("/tuning/resort/", OPS),
    "rules": page("/tuning/rules/", OPS),
    "approval-policy": page("/tuning/approval/", OPS),
    "policies": page("/tuning/versions/", OPS),
    "policy-back": act("/tuning/versions/1/back/", OPS),
    "policy-file": page("/tuning/policy.toml", OPS),
    "intents": page("/intents/", OPS),
    "intent": page("/intents/lead/", OPS),
    "merge-intent": act("/intents/lead/merge/", OPS),
    "retire-intent": act("/intents/lead/retire/", OPS),
    "restore-intent": act("/intents/lead/restore/", OPS),
    "relabel-intent": act("/intents/lead/relabel/", OPS),
    "models": page("/models/", OPS),
    "model": page("/models/{model}/", OPS),
    "train-now": act("/models/train/", OPS),
    "use-model": act("/models/{model}/use/", OPS),
    "roll-back": act("/models/back/", OPS),
    "shadow-model": act("/models/{model}/shadow/", OPS),
    "end-shadow": act("/models/shadow/end/", OPS),
    "people": page("/people/", OPS),
    "add-person": act("/people/add/", OPS),
    "new-password": act("/people/{colleague}/password/", OPS),
    "change-person": act("/people/{colleague}/teams/", OPS),
    "audit": page("/audit/", ADMINS),
    "erase": page("/erase/", ADMINS),
    "erase-person": page("/erase/{author}/", ADMINS),
    "account": page("/account/", SIGNED_IN),
    "save-settings": act("/account/settings/", SIGNED_IN),
    "change-password": act("/account/password/", SIGNED_IN),
    "end-session": act("/account/sessions/{session}/end/", OLGA),
    "end-sessions": act("/account/sessions/end/", SIGNED_IN),
    "revoke-key": act("/account/keys/{key}/revoke/", OLGA),
    "mfa_index": page("/account/codes/", ANYBODY),  # only leads to one's own page
    "mfa_activate_totp": page("/account/codes/on/", SIGNED_IN),
    "mfa_deactivate_totp": page("/account/codes/off/", NONE),  # nobody here has turned it on
    "mfa_view_recovery_codes": page("/account/codes/spare/", NONE),
    "mfa_generate_recovery_codes": page("/account/codes/spare/new/", SIGNED_IN),
    "account_reauthenticate": page("/sign-in/again/", SIGNED_IN),
    "mfa_reauthenticate": page("/sign-in/again/code/", SIGNED_IN),
    "mfa_authenticate": page("/sign-in/code/", ANYBODY),  # leads back without a password
    "sign-in": page("/sign-in/", ANYBODY),
    "account_login": page("/sign-in/", ANYBODY),
    "sign-out": act("/sign-out/", ANYBODY),
    "openid_connect_login": page("/sign-in/with/company/", NONE),  # none is set up
    "openid_connect_callback": page("/sign-in/with/company/back/", NONE),
    "healthz": page("/healthz", ANYBODY),
    "readyz": page("/readyz", ANYBODY),
    "metrics": page("/metrics", ANYBODY),
    "api:openapi-json": page("/api/v1/openapi.json", ANYBODY),
    "api:openapi-view": page("/api/v1/docs", ANYBODY),
    "api:api-root": page("/api/v1/", NONE),
    "api:list_items": api("items?queue=promo"),
    "api:one_item": api("items/{item}"),
    "api:claim": api("items/{item}/claim", "post"),
    "api:release": api("items/{item}/release", "post"),
    "api:reopen": api("items/{item}/reopen", "post"),
    "api:resolve": api("items/{item}/resolve", "post"),
    "api:hand_off": api("items/{item}/hand-off", "post"),
    "api:sentiment": api("items/{item}/sentiment", "post"),
    "api:search": api("search?q=pair"),
    "api:list_approvals": api("approvals", let_in=OLGA),
    "api:approve_one": api("approvals/{answer}/approve", "post", let_in=OLGA),
    "api:return_one": api("approvals/{answer}/return", "post", let_in=OLGA),
    "api:list_channels": api("channels"),
    "api:list_intents": api("intents"),
    "api:add_one": api("intents", "post", let_in=OPS),
    "api:change_one": api("intents/lead", "post", let_in=OPS),
    "api:merge_one": api("intents/lead/merge", "post", let_in=OPS),
    "api:retire_one": api("intents/lead/retire", "post", let_in=OPS),
    "api:restore_one": api("intents/lead/restore", "post", let_in=OPS),
    "api:relabel_one": api("intents/lead/relabel", "post", let_in=OPS),
    "api:list_alerts": api("alerts", let_in=OPS),
    "api:see_alert": api("alerts/{alert}/seen", "post", let_in=OPS),
    "api:list_queues": api("queues"),
    "api:workers": api("workers", let_in=OPS),
    "api:list_runs": api("runs", let_in=OPS),
    "api:week": api("reports/week"),
    "api:times": api("reports/times"),
    "api:accuracy": api("accuracy"),
    "api:confused": api("accuracy/posts?said=lead&read=question"),
    "api:differing": api("disagreements"),
    "api:list_models": api("models", let_in=OPS),
    "api:one_model": api("models/{model}", let_in=OPS),
    "api:use_model": api("models/{model}/use", "post", let_in=OPS),
    "api:roll_back": api("model/back", "post", let_in=OPS),
    "api:list_trainings": api("trainings", let_in=OPS),
    "api:train": api("trainings", "post", let_in=OPS),
    "api:end_shadowing": api("shadow", "delete", let_in=OPS),
    "api:use_policy": api("policies", "post", let_in=OPS),
    "api:latest_shadow": api("shadow", let_in=OPS),
    "api:shadow_model": api("models/{model}/shadow", "post", let_in=OPS),
    "api:list_drifts": api("drift", let_in=OPS),
    "api:list_policies": api("policies", let_in=OPS),
    "api:compare": api("policies/compare?old=1&new=1", let_in=OPS),
    "api:one_policy": api("policies/1", let_in=OPS),
    "api:try_policy": api("policies/foresight", "post", let_in=OPS),
    "api:resorting": api("resorting", let_in=OPS),
    "api:resort": api("resorting", "post", let_in=OPS),
    "api:review": api("review"),
    "api:go_back": api("policies/1/back", "post", let_in=OPS),
    "api:list_letters": api("dead-letters", let_in=OPS),
    "api:replay_letter": api("dead-letters/{letter}/replay", "post", let_in=OPS),
    "api:put_letter_aside": api("dead-letters/{letter}/put-aside", "post", let_in=OPS),
    "api:list_people": api("people", let_in=OPS),
    "api:list_entries": api("audit", let_in=ADMINS),
    "api:nothing": api("no-such-thing", let_in=NONE),
}
"""A new address needs a row here: its name, an address of it, and who is let in."""
ELSEWHERE = {"hook": "signatures let in there, not people: tests/hooks"}
# may work: promo, support, review, archive
WORK = {
    "alice": (True, False, True, True),
    "bob": (False, True, True, True),
    "olga": (True,) * 4,
    "ada": (True,) * 4,
}
INTENT_OF = {"promo": "lead", "support": "question", "review": "question", "archive": "noise"}


@pytest.fixture
def everybody(alice: User, bob: User, olga: User, ada: User, charlie: User) -> dict[str, User]:
    return dict(zip(PEOPLE, (alice, bob, olga, ada, charlie), strict=True))


def stand(queue: str) -> Item:
    sure = 0.3 if queue == "review" else 0.99
    item = arrive(intent=INTENT_OF[queue], confidence=sure)
    assert item.queue == queue
    return item


@pytest.fixture
def things(olga: User, bob: User) -> dict[str, Any]:
    """One of everything that an address names; views, sessions and the like are Olga's."""
    item = arrive()
    assert item.person is not None
    session = UserSession(user=olga, ip="127.0.0.1", session_key="k", user_agent="a browser")
    session.save()
    make_key(olga, name="hers")
    return {
        "item": item.pk,
        "post": item.latest_post_id,
        "answer": _answer(item, olga).pk,
        "channel": item.channel_id,
        "alert": Alert.objects.create(channel=item.channel, kind="failing").pk,
        "letter": _letter(item).pk,
        "mute": mute(arrive().person or item.person, olga, reason="spam").pk,
        "view": View.objects.create(owner=olga, name="mine").pk,
        "saved": SavedReply.objects.create(owner=olga, title="hello", text="hello").pk,
        "session": session.pk,
        "key": ApiKey.objects.get().pk,
        "model": StoredModel.objects.create(version="2026-03-01-aaaaaaaa").version,
        "colleague": bob.pk,
        "author": item.person.pk,
        "campaign": Campaign.objects.create(name="Spring", marks=["spring"]).pk,
    }


def _answer(item: Item, olga: User) -> Outgoing:
    """An answer that waits for approval, which Olga may give."""
    olga.may_approve = True
    olga.save(update_fields=["may_approve"])
    return pending(item, None)


def _letter(item: Item) -> DeadLetter:
    return DeadLetter.objects.create(channel=item.channel, digest="d", reason="unreadable")


def ask(row: Row, who: User | None, things: dict[str, Any]) -> HttpResponse:
    address = row.address.format(**things)
    if row.way.startswith("api"):
        key = {"Authorization": f"Bearer {make_key(who, name='test')}"} if who else {}
        client, way = Client(headers=key), row.way.removeprefix("api ")
        more = {"content_type": "application/json", "data": "{}"} if way == "post" else {}
        return getattr(client, way)(address, **more)
    form = {name: value.format(**things) for name, value in row.form}
    return getattr(at_desk(who) if who else Client(), row.way)(address, form)


def is_in(answer: HttpResponse) -> bool:
    """Whether somebody was let in, whatever came of what they asked."""
    away = answer.status_code == 302 and answer["Location"].startswith("/sign-in/?next=")
    assert answer.status_code not in {405, 500}, answer
    return not away and answer.status_code not in {401, 403, 404}


@pytest.mark.parametrize("name", RIGHTS)
def test_an_address_lets_in_its_people_and_nobody_else(
    name: str, everybody: dict[str, User], things: dict[str, Any]
) -> None:
    row = RIGHTS[name]
    found = set()
    for who in ANYBODY:
        with transaction.atomic():  # nobody finds what somebody before them did
            if is_in(ask(row, everybody.get(who), things)):
                found.add(who)
            transaction.set_rollback(True)
    assert found == row.let_in


@pytest.mark.parametrize("name", [name for name in RIGHTS if RIGHTS[name].way == "post"])
def test_nothing_is_changed_by_looking(
    name: str, everybody: dict[str, User], things: dict[str, Any]
) -> None:
    answer = at_desk(everybody["ada"]).get(RIGHTS[name].address.format(**things))
    assert answer.status_code in {302, 404, 405}


def test_somebody_who_was_deactivated_is_let_in_nowhere(
    everybody: dict[str, User], things: dict[str, Any]
) -> None:
    for name, row in RIGHTS.items():
        with transaction.atomic():
            client = at_desk(everybody["ada"])
            User.objects.filter(username="ada").update(is_active=False)
            if row.way == "get" and "nobody" not in row.let_in:
                assert not is_in(client.get(row.address.format(**things))), name
            transaction.set_rollback(True)


def names(resolver: URLResolver, space: str = "") -> Iterator[str]:
    """The name of every address of the product, with the space it is in."""
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from names(each, f"{space}{each.namespace}:" if each.namespace else space)
        else:
            assert isinstance(each, URLPattern)
            assert each.name, f"{each.pattern} has no name, so nobody can say who is let in"
            yield space + each.name


def test_every_address_has_its_row() -> None:
    assert set(names(get_resolver())) == set(RIGHTS) | set(ELSEWHERE)


@pytest.mark.parametrize("queue", list(INTENT_OF))
@pytest.mark.parametrize("who", list(WORK))
def test_a_team_works_in_its_own_queue_and_in_those_of_nobody(
    who: str, queue: str, everybody: dict[str, User]
) -> None:
    allowed = WORK[who][list(INTENT_OF).index(queue)]
    to = "support:" if queue == "promo" else "promo:"
    for name, form in (("claim", {}), ("resolve", {}), ("hand-off", {"to": to, "reason": "so"})):
        item = stand(queue)
        answer = at_desk(everybody[who]).post(f"/item/{item.pk}/{name}/", form)
        assert answer.status_code == (302 if allowed else 409), name
        item.refresh_from_db()
        untouched = item.status == "open" and item.queue == queue
        assert untouched is not allowed


@pytest.mark.parametrize("name", ["claim", "release", "resolve", "reopen", "hand-off"])
def test_nobody_without_a_team_acts_on_anything(name: str, charlie: User) -> None:
    item = arrive()
    form = {"to": "promo:", "reason": "so"}
    assert at_desk(charlie).post(f"/item/{item.pk}/{name}/", form).status_code == 404
    item.refresh_from_db()
    assert item.version == 1
