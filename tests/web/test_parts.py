"""The navigation: which pages it leads to, what shares tabs, and what needs attention."""

import pytest
from django.urls import reverse

from tests.web.conftest import at_desk
from tests.web.desk import watch
from triage.tables import Channel, DeadLetter, User
from triage.web.parts import GROUPS, Entry, siblings

pytestmark = pytest.mark.django_db

EVERY = [entry for _, entries in GROUPS for entry in entries]


def entries(user: User, address: str = "/mentions/") -> list[str]:
    """What the navigation names below the queues, as a page shows it."""
    page = at_desk(user).get(address)
    return [link.words for group in page.context["nav_groups"] for link in group.links]


def number(user: User, words: str) -> str:
    page = at_desk(user).get("/mentions/")
    links = [link for group in page.context["nav_groups"] for link in group.links]
    return str(next(link.number for link in links if link.words == words))


def letter(channel: Channel) -> None:
    DeadLetter.objects.create(channel=channel, digest="d", reason="no id", raw={})


def test_everybody_is_led_to_what_they_may_open(bob: User, olga: User, ada: User) -> None:
    work = ["Mentions", "Review lane", "Saved replies", "Muted people"]
    assert entries(bob) == [*work, "Reports", "Accuracy", "Channels"]
    setup = ["Channels", "Tuning", "Models", "People"]
    assert entries(olga) == entries(ada) == [*work, "Reports", "Accuracy", *setup]
    User.objects.filter(pk=bob.pk).update(may_approve=True)
    bob.refresh_from_db()
    assert entries(bob)[0] == "Approvals"


def test_rights_decide_which_tabs_one_sees(bob: User, olga: User, ada: User) -> None:
    def tabs(user: User, name: str) -> list[str]:
        return [part.words for part in siblings(user, name)]

    assert tabs(bob, "reports") == ["Week", "Response times", "Campaigns"]
    assert tabs(bob, "channels") == []
    assert tabs(olga, "channels") == ["Channels", "Dead letters"]
    assert tabs(olga, "people") == []
    assert tabs(ada, "people") == ["People", "Audit log", "Erase a person"]


@pytest.mark.parametrize("entry", EVERY, ids=lambda entry: entry.words)
def test_each_page_is_marked_in_the_navigation_and_among_its_tabs(entry: Entry, ada: User) -> None:
    User.objects.filter(pk=ada.pk).update(may_approve=True)
    ada.refresh_from_db()
    for part in entry.parts:
        page = at_desk(ada).get(reverse(part.name))
        links = [link for group in page.context["nav_groups"] for link in group.links]
        assert [link.words for link in links if link.current] == [entry.words]
        current = [link.words for link in page.context["nav_tabs"] if link.current]
        shares = len(entry.parts) > 1
        assert current == ([part.words] if shares else [])
        assert ('aria-label="In this section"' in page.content.decode()) is shares


def test_channels_say_what_is_out_of_order(olga: User, bob: User) -> None:
    assert number(olga, "Channels") == ""
    channel = watch(failures=4)
    assert number(olga, "Channels") == "1 failing"
    letter(channel)
    assert number(olga, "Channels") == "2 problems"
    Channel.objects.update(failures=0)
    assert number(olga, "Channels") == "1 dead letter"
    assert number(bob, "Channels") == ""
    tabs = at_desk(olga).get("/channels/").context["nav_tabs"]
    assert [(link.words, link.number) for link in tabs] == [("Channels", ""), ("Dead letters", "1")]
