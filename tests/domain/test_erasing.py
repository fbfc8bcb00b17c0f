"""Erasing: nothing of a person stays, nothing of anybody else goes, and nothing comes back."""

import json
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db.models import CharField, JSONField, TextField

from tests.domain.making import NOON, bring, item_of, later, post
from triage.desk.drafts import save_draft
from triage.desk.lessons import note_lesson
from triage.desk.merging import merge
from triage.desk.muting import mute
from triage.desk.notes import add_note
from triage.posts import Post
from triage.staff.erasing import Erased, EraseRefused, erase, find_persons, preview
from triage.tables import (
    AuditEntry,
    Channel,
    DeadLetter,
    Delivery,
    Item,
    Lesson,
    Outgoing,
    Person,
    PostRow,
    User,
)
from triage.walk.intake import store
from triage.walk.sorting import sort_all

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("judge")]

NAME, ID, WORD = "Zora Quill", "u-zora-77", "xylophone"
"""Words that nobody else writes, so that one left anywhere is one of theirs."""


def theirs(id: str, text: str = f"question my {WORD} hums", **more: object) -> Post:
    values = {"author": NAME, "author_id": ID, "raw": {"user": ID, "said": WORD}, **more}
    return post(id, text, **values)


def traces() -> Iterator[str]:
    """Every text of every table in which something of theirs stands."""
    for table in apps.get_models():
        for field in table._meta.concrete_fields:
            if isinstance(field, CharField | TextField | JSONField):
                for value in table._default_manager.values_list(field.name, flat=True):
                    said = json.dumps(value, ensure_ascii=False)
                    if any(word in said for word in (NAME, ID, WORD)):
                        yield f"{table.__name__}.{field.name}: {said}"


@pytest.fixture
def zora(web: Channel, forum: Channel, bob: User) -> Person:
    """Somebody who has left something in every table that takes foreign words."""
    item = bring(web, theirs("zora-1"), theirs("zora-2", in_reply_to="zora-1"))
    store(web, [theirs("zora-1", f"question now my {WORD} is quiet", edited_at=later(5))])
    answer = post("ours-1", f"dear {NAME}", own=True, author="Acme", in_reply_to="zora-1")
    quoting = post("ann-1", "question same", in_reply_to="zora-1", parent_text=f"my {WORD}")
    store(web, [answer, quoting])
    sort_all()
    add_note(item, bob, text=f"{NAME} called us")
    save_draft(item, bob, text=f"Dear {NAME}", version=1)
    note_lesson(
        item, user=bob, queue="support", intent="bug", origin=Lesson.Origin.HAND_OFF, reason=WORD
    )
    other = bring(web, post("ann-9", "question else", conversation="elsewhere"))
    add_note(other, bob, text=f"the same as @{NAME} said")
    store(web, [], rejected=[("has no text", {"from": ID, "text": None})])
    body = json.dumps({"id": "zora-1", "by": ID, "text": WORD})
    Delivery.objects.create(channel=web, digest="a", body=body, state="read")
    Delivery.objects.create(channel=web, digest="b", body='{"by": "u-ann"}', state="read")
    person = Person.objects.get(external_id=ID)
    mute(person, bob, reason=f"{WORD} again")
    return person


def test_nothing_of_the_person_stays_in_any_table(zora: Person, olga: User) -> None:
    assert len(list(traces())) > 10
    erase(zora, by=olga)
    assert list(traces()) == []


def test_what_others_wrote_stays(zora: Person, olga: User) -> None:
    erase(zora, by=olga)
    assert set(PostRow.objects.values_list("external_id", flat=True)) == {"ann-1", "ann-9"}
    assert Delivery.objects.get().digest == "b"
    assert not DeadLetter.objects.exists()
    [note] = item_of(zora_channel(), "ann-9").notes.all()
    assert note.text == "the same as [erased] said"
    assert note.searched is False


def zora_channel() -> Channel:
    return Channel.objects.get(name="Open web")


def test_the_preview_says_what_goes_and_changes_nothing(zora: Person, olga: User) -> None:
    before = sorted(traces())
    goes = preview(zora)
    assert sorted(traces()) == before
    assert goes == Erased(
        posts=2,
        versions=1,
        answers=1,
        items=1,
        notes=1,
        drafts=1,
        lessons=1,
        deliveries=1,
        dead_letters=1,
        named=1,
    )
    assert erase(zora, by=olga) == goes


def test_the_audit_log_tells_of_it_without_a_name(zora: Person, olga: User) -> None:
    pk = zora.pk
    erase(zora, by=olga)
    entry = AuditEntry.objects.get(event="erased")
    assert (entry.actor, entry.target) == ("olga", f"person {pk} of x")
    assert entry.details["posts"] == 2


def test_what_was_erased_never_comes_back(zora: Person, olga: User, web: Channel) -> None:
    erase(zora, by=olga, now=later(60))
    again = [theirs("zora-1"), theirs("zora-2"), post("ours-1", "dear", own=True, author="Acme")]
    earlier = theirs("zora-0", created_at=NOON)  # never seen before, but from before
    assert store(web, [*again, earlier, post("ann-2")]).new == 1
    assert list(traces()) == []


def test_somebody_who_was_erased_can_write_anew(zora: Person, olga: User, web: Channel) -> None:
    erase(zora, by=olga, now=later(60))
    item = bring(web, theirs("zora-3", created_at=later(61)))
    assert item.person is not None
    assert item.person.external_id == ID


def test_an_item_that_holds_what_others_wrote_goes_on_with_that(
    zora: Person, olga: User, web: Channel
) -> None:
    mine = item_of(web, "zora-1")
    into = merge(mine, olga, into=item_of(web, "ann-1"))
    erase(zora, by=olga)
    into.refresh_from_db()
    assert (into.text, into.author, into.posts_count) == ("question same", "ann", 1)
    assert list(traces()) == []


def test_nobody_is_erased_while_an_answer_is_on_its_way(
    zora: Person, olga: User, bob: User, web: Channel
) -> None:
    item = item_of(web, "zora-1")
    post_row = PostRow.objects.get(external_id="zora-1")
    leaving = Outgoing.objects.create(channel=web, item=item, post=post_row, act="reply", text="x")
    with pytest.raises(EraseRefused, match="on its way"):
        erase(zora, by=olga)
    Outgoing.objects.filter(pk=leaving.pk).update(state=Outgoing.State.SENT)
    assert erase(zora, by=olga).posts == 2


def test_nobody_is_erased_while_a_delivery_about_them_is_unread(zora: Person, olga: User) -> None:
    Delivery.objects.filter(digest="a").update(state="new")
    with pytest.raises(EraseRefused, match="being read"):
        erase(zora, by=olga)
    Delivery.objects.filter(digest="a").update(state="read")
    assert erase(zora, by=olga).deliveries == 1


def test_the_second_time_there_is_nobody(zora: Person, olga: User) -> None:
    same = Person.objects.get(pk=zora.pk)
    erase(zora, by=olga)
    with pytest.raises(EraseRefused, match="erased already"):
        erase(same, by=olga)


@pytest.mark.parametrize("typed", [NAME, f"@{NAME}", NAME.upper(), ID, f"  {ID} "])
def test_somebody_is_found_by_name_or_id(typed: str, zora: Person) -> None:
    assert find_persons(Person.objects.all(), typed) == [zora]
    assert find_persons(Person.objects.all(), typed, platform="mastodon") == []


def test_a_twin_goes_with_its_item(zora: Person, olga: User, web: Channel) -> None:
    item = item_of(web, "zora-1")
    Item.objects.create(
        channel=web, key="t", twin_of=item, queue="promo", posted_at=NOON, text=WORD, author=NAME
    )
    assert erase(zora, by=olga).items == 2
    assert list(traces()) == []
