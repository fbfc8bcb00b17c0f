"""The erase page: found, shown in numbers, and erased once the name is typed."""

import pytest

from tests.web.conftest import at_desk
from tests.web.desk import arrive
from triage.tables import AuditEntry, Person, PostRow, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(db: None) -> Person:
    item = arrive("my bell is gone", author="Zora <b>Quill</b>", author_id="zora-77")
    arrive("mine rings", author="ann")
    assert item.person is not None
    return item.person


def test_a_person_is_found_by_name_or_id(ada: User, person: Person) -> None:
    page = at_desk(ada).get("/erase/?name=ZORA-77").content.decode()
    assert "Zora &lt;b&gt;Quill&lt;/b&gt;" in page
    assert f'href="/erase/{person.pk}/"' in page
    assert "No one found for" in at_desk(ada).get("/erase/?name=zora-7").content.decode()


def test_what_would_go_is_shown_and_nothing_goes(ada: User, person: Person) -> None:
    page = at_desk(ada).get(f"/erase/{person.pk}/").content.decode()
    assert "<b>1</b> posts with their raw records" in page
    assert "<b>1</b> items with their history" in page
    assert "drafts" not in page
    assert PostRow.objects.count() == 2


def test_the_typed_name_erases(ada: User, person: Person) -> None:
    answer = at_desk(ada).post(f"/erase/{person.pk}/", {"name": person.name}, follow=True)
    assert "1 posts and 1 items deleted" in answer.content.decode()
    assert [row.author for row in PostRow.objects.all()] == ["ann"]
    assert AuditEntry.objects.get(event="erased").actor == "ada"


@pytest.mark.parametrize("typed", ["", "zora", "Zora"])
def test_anything_else_erases_nothing(ada: User, person: Person, typed: str) -> None:
    answer = at_desk(ada).post(f"/erase/{person.pk}/", {"name": typed})
    assert answer.status_code == 400
    assert "Nothing was erased" in answer.content.decode()
    assert PostRow.objects.count() == 2


def test_ops_erase_nobody(olga: User, person: Person) -> None:
    answer = at_desk(olga).post(f"/erase/{person.pk}/", {"name": person.name})
    assert answer.status_code == 404
    assert PostRow.objects.count() == 2
