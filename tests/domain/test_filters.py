"""Filters: what an address narrows a list to."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.http import QueryDict
from django.utils import timezone

from tests.web.desk import NOON, arrive, watch
from triage.desk.claims import claim
from triage.desk.tagging import tag
from triage.finding.filters import Filters, narrowed, read_filters
from triage.tables import Item, User

pytestmark = pytest.mark.django_db


def wanted(user: User, **filters: str) -> set[str]:
    """The texts of the items that the filters want."""
    read = read_filters({name: str(value) for name, value in filters.items()})
    items = narrowed(Item.objects.all(), read, user, now=timezone.now())
    return set(items.values_list("text", flat=True))


@pytest.fixture
def desk(alice: User, bob: User) -> dict[str, Item]:
    """Three items that differ in everything."""
    first = arrive("first", channel=watch("One"), author_id="ann", author="Ann", lang="pt-BR")
    second = arrive(
        "second", channel=watch("Two"), intent="lead", minutes=24 * 60, sentiment="negative"
    )
    third = arrive("third", confidence=0.3, minutes=48 * 60, lang="en")
    Item.objects.filter(pk=second.pk).update(confidence=0.7)
    claim(first, bob)
    tag(second, alice, name="vip")
    soon = timezone.now() - timedelta(minutes=1)
    Item.objects.filter(pk=third.pk).update(warn_at=soon)
    Item.objects.exclude(pk=third.pk).update(warn_at=None)
    return {"first": first, "second": second, "third": third}


def test_each_filter_finds_its_own(desk: dict[str, Item], bob: User, alice: User) -> None:
    first = desk["first"]
    assert wanted(bob, channel=first.channel_id) == {"first"}
    assert wanted(bob, intent="lead") == {"second"}
    assert wanted(bob, department="Marketing") == {"second"}
    assert wanted(bob, person=first.person_id) == {"first"}
    assert wanted(bob, owner="me") == {"first"}
    assert wanted(alice, owner="me") == set()
    assert wanted(alice, owner=bob.pk) == {"first"}
    assert wanted(bob, owner="nobody") == {"second", "third"}
    assert wanted(bob, tag="#VIP") == {"second"}
    assert wanted(bob, lang="pt") == {"first"}
    assert wanted(bob, lang="p") == set()
    assert wanted(bob, confidence="unsure") == {"third"}
    assert wanted(bob, confidence="below-80") == {"second", "third"}
    assert wanted(bob, confidence="from-80") == {"first"}
    assert wanted(bob, sentiment="negative") == {"second"}
    assert wanted(bob, sentiment="positive") == set()
    assert wanted(bob, since="2025-11-22") == {"second", "third"}
    assert wanted(bob, until="2025-11-21") == {"first"}
    assert wanted(bob, since="2025-11-22", until="2025-11-22") == {"second"}
    assert wanted(bob, risk="1") == {"third"}


def test_filters_narrow_together(desk: dict[str, Item], bob: User) -> None:
    assert wanted(bob, owner="nobody", confidence="below-80", risk="1") == {"third"}
    assert wanted(bob, owner="me", intent="lead") == set()


@pytest.mark.parametrize(
    "given",
    [
        {"channel": "x"}, {"channel": "-1"}, {"channel": "9" * 40}, {"channel": "²"},
        {"intent": "nonsense"}, {"department": "x"}, {"owner": "somebody"}, {"since": "soon"},
        {"until": "2025-13-01"}, {"confidence": "high"}, {"risk": "yes"}, {"pending": "yes"},
        {"unknown": "1"},
    ],
)  # fmt: skip
def test_what_cannot_be_read_narrows_nothing(given: dict[str, str]) -> None:
    assert read_filters(given) == Filters()


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_are_days_too(desk: dict[str, Item], bob: User, day: str) -> None:
    assert len(wanted(bob, since=day)) in (0, 3)
    assert len(wanted(bob, until=day)) in (0, 3)


def test_an_address_of_filters_reads_back_as_the_same_filters() -> None:
    filters = Filters(q='a & "b" =?', tag="ünï cöde", owner="me", since="2025-01-02")
    assert read_filters(QueryDict(filters.address).dict()) == filters


def test_a_resolved_item_is_at_risk_no_more(desk: dict[str, Item], bob: User) -> None:
    Item.objects.filter(text="third").update(status="resolved", resolved_at=NOON)
    assert wanted(bob, risk="1") == set()


def test_the_language_is_that_of_the_post_to_be_answered(desk: dict[str, Item], bob: User) -> None:
    talk: dict[str, Any] = {"author": "Ann", "author_id": "ann", "conversation": "talk"}
    arrive("hallo", lang="de_AT", **talk)
    assert wanted(bob, lang="de") == {"hallo"}
    arrive("hello", lang="en", minutes=1, **talk)
    assert wanted(bob, lang="de") == set()
    assert wanted(bob, lang="en") == {"third", "hello"}


def test_a_country_narrows_a_language(desk: dict[str, Item], bob: User) -> None:
    assert wanted(bob, lang="PT-br") == {"first"}
    assert wanted(bob, lang="pt-PT") == set()
    assert wanted(bob, lang="-") == set()


def test_what_was_there_before_is_given_its_language_by_the_migration(bob: User) -> None:
    tags = ["pt-BR", "en_US", "DE", "-", "", "abcdefgh", "abcdefghi"]
    for tag_of_post in tags:
        arrive(f"in {tag_of_post}", lang=tag_of_post)
    told = dict(Item.objects.values_list("text", "lang"))
    assert set(told.values()) == {"pt", "en", "de", "abcdefgh", ""}
    Item.objects.update(lang="")
    import_module("triage.migrations.0019_scans").tell_languages(apps, None)
    assert dict(Item.objects.values_list("text", "lang")) == told
