"""Who may open what, and who may do what: every address against every team."""

import pytest
from django.test import Client
from django.urls import get_resolver

from tests.web.conftest import at_desk
from tests.web.desk import arrive
from triage.tables import DeadLetter, Item, User

pytestmark = pytest.mark.django_db

PEOPLE = ("alice", "bob", "olga", "ada", "charlie")
EVERYBODY = dict.fromkeys(PEOPLE, 200)
TEAMS = {**EVERYBODY, "charlie": 404}
OPS = {"alice": 404, "bob": 404, "olga": 200, "ada": 200, "charlie": 404}
PAGES = {
    "home": ("/", dict.fromkeys(PEOPLE, 302) | {"charlie": 200}),
    "queue": ("/queue/promo/", TEAMS),
    "queue support": ("/queue/support/", TEAMS),
    "queue review": ("/queue/review/", TEAMS),
    "queue archive": ("/queue/archive/", TEAMS),
    "queue unknown": ("/queue/moon/", dict.fromkeys(PEOPLE, 404)),
    "item": ("/item/{item}/", TEAMS),
    "changes": ("/changes/?queue=support&show=open", TEAMS),
    "channels": ("/channels/", TEAMS),
    "dead-letters": ("/dead-letters/", OPS),
    "replay": ("/dead-letters/{letter}/replay/", dict.fromkeys(PEOPLE, 405)),
    "put-aside": ("/dead-letters/{letter}/put-aside/", dict.fromkeys(PEOPLE, 405)),
    "claim": ("/item/{item}/claim/", dict.fromkeys(PEOPLE, 302) | {"charlie": 404}),
    "sign-in": ("/sign-in/", dict.fromkeys(PEOPLE, 302)),
    "sign-out": ("/sign-out/", dict.fromkeys(PEOPLE, 405)),
    "healthz": ("/healthz", dict.fromkeys(PEOPLE, 503)),
    "readyz": ("/readyz", EVERYBODY),
    "metrics": ("/metrics", EVERYBODY),
}
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


@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_for_its_people_only(name: str, everybody: dict[str, User]) -> None:
    item = arrive()
    letter = DeadLetter.objects.create(channel=item.channel, digest="d", reason="unreadable")
    address, expected = PAGES[name]
    address = address.format(item=item.pk, letter=letter.pk)
    found = {who: at_desk(user).get(address).status_code for who, user in everybody.items()}
    assert found == expected


@pytest.mark.parametrize("name", PAGES)
def test_without_signing_in_only_the_probes_and_the_sign_in_answer(
    name: str, everybody: dict[str, User]
) -> None:
    item = arrive()
    address = PAGES[name][0].format(item=item.pk, letter=1)
    answer = Client().get(address)
    if name in {"healthz", "readyz", "metrics", "sign-in", "sign-out", "replay", "put-aside"}:
        assert answer.status_code in {200, 405, 503}
    else:
        assert answer["Location"].startswith("/sign-in/?next=/")


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


def test_every_address_is_in_this_matrix() -> None:
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    pages_of_ours = {name for name in names if not name.startswith(("api", "hook"))}
    assert pages_of_ours - {"release", "resolve", "reopen", "hand-off"} <= set(PAGES)
