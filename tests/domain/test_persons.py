"""Persons: one row for each author of a platform, kept up to date."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.domain.making import post, row_of
from triage.tables import Channel, Person
from triage.walk.intake import store


def test_an_author_is_one_person_on_all_channels_of_a_platform(
    web: Channel, forum: Channel
) -> None:
    store(web, [post("1"), post("2")])
    store(forum, [post("3")])
    assert Person.objects.count() == 1
    assert row_of(web, "1").person == row_of(forum, "3").person


def test_the_same_name_on_another_platform_is_somebody_else(web: Channel) -> None:
    store(web, [post("1"), post("2", platform="mastodon")])
    assert row_of(web, "1").person != row_of(web, "2").person


def test_without_a_platform_the_kind_of_channel_counts(web: Channel, forum: Channel) -> None:
    store(web, [post("1", platform=None)])
    store(forum, [post("1", platform=None)])
    assert set(Person.objects.values_list("platform", flat=True)) == {"x", "forum"}


def test_an_author_without_an_id_is_known_by_name(web: Channel) -> None:
    store(web, [post("1", author_id=None), post("2", author_id=None), post("3", author=None)])
    assert row_of(web, "1").person == row_of(web, "2").person
    assert row_of(web, "3").person.name == "u-ann"


def test_a_post_without_an_author_has_no_person(web: Channel) -> None:
    store(web, [post("1", author=None, author_id=None), post("2", author="", author_id="")])
    assert row_of(web, "1").person is None
    assert row_of(web, "2").person is None


def test_a_new_name_and_a_new_reach_are_noted(web: Channel) -> None:
    store(web, [post("1", reach=10)])
    store(web, [post("2", author="Ann B.", reach=20)])
    person = Person.objects.get()
    assert (person.name, person.reach) == ("Ann B.", 20)
    assert row_of(web, "1").author == "ann", "a post shows who its author was then"


def test_what_a_page_does_not_say_is_not_forgotten(web: Channel) -> None:
    store(web, [post("1", reach=10)])
    store(web, [post("2", author=None, reach=None)])
    person = Person.objects.get()
    assert (person.name, person.reach) == ("ann", 10)


def test_a_person_who_is_as_before_is_not_written(web: Channel) -> None:
    page = [post(str(n), author_id=f"a{n}", reach=n) for n in range(20)]
    store(web, page)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        store(web, page)
    writes = [q["sql"] for q in queries if q["sql"].startswith(("UPDATE", "INSERT"))]
    assert not [sql for sql in writes if "triage_person" in sql]
    assert len(queries) < 12
