"""`triage erase` and `triage audit`."""

import pytest

from tests.cli.conftest import Command
from tests.domain.making import post
from triage.tables import Channel, Person
from triage.walk.intake import store


@pytest.fixture
def zora(db: None) -> Person:
    channel = Channel.objects.create(name="Open web", source="x")
    theirs = {"author": "Zora Quill", "author_id": "zora-77"}
    store(channel, [post("z1", "one", **theirs), post("z2", "two", **theirs), post("a1")])
    return Person.objects.get(external_id="zora-77")


def test_without_yes_it_says_what_would_go(triage: Command, zora: Person) -> None:
    said = triage("erase", "x", "Zora Quill")
    assert said.out.startswith("2 posts would go; --yes erases: 2 posts, 0 versions,")
    assert Person.objects.filter(pk=zora.pk).exists()


def test_with_yes_it_erases_and_the_log_tells_so(triage: Command, zora: Person) -> None:
    [went] = triage("erase", "x", "zora-77", "--yes", "--json").data
    assert (went["erased"], went["posts"], went["items"]) == (True, 2, 0)
    assert not Person.objects.filter(pk=zora.pk).exists()
    [entry] = triage("audit", "--event", "erased", "--json").data
    assert (entry["actor"], entry["target"]) == ("command line", f"person {zora.pk} of x")
    assert "Zora" not in triage("audit").out


def test_nobody_of_that_name_is_one_sentence(triage: Command, zora: Person) -> None:
    said = triage("erase", "mastodon", "Zora Quill", "--yes", code=1)
    assert said.sentence == "nobody on mastodon is called 'Zora Quill', or has that id"
    assert Person.objects.filter(pk=zora.pk).exists()


def test_of_two_with_one_name_the_id_is_asked_for(triage: Command, zora: Person) -> None:
    Person.objects.create(platform="x", external_id="zora-78", name="zora quill")
    said = triage("erase", "x", "Zora Quill", "--yes", code=1)
    assert "give one of the ids: zora-77, zora-78" in said.sentence
    triage("erase", "x", "zora-78", "--yes")
    assert Person.objects.filter(pk=zora.pk).exists()


def test_the_log_is_asked_by_person_and_day(triage: Command) -> None:
    triage("user", "add", "ann", "--team", "ops")
    triage("user", "deactivate", "ann")
    said = triage("audit", "--by", "command line", "--json")
    assert [entry["event"] for entry in said.data] == ["person_deactivated", "person_added"]
    assert triage("audit", "--until", "2001-01-01").out == ""
    assert triage("audit", "--by", "ann").out == ""
    triage("audit", "--event", "made-up", code=2)
