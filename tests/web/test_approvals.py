"""Approval before sending, as author and approver see it."""

import re
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.web.conftest import at_desk
from tests.web.desk import NOON, arrive, carry_out, watch
from triage.back.replies import write_reply
from triage.desk.notes import unread_mentions
from triage.tables import Draft, Item, Outgoing, User
from triage.tuning.policies import put_in_force

pytestmark = pytest.mark.django_db

CAN = {"title": "X", "acts": ["reply", "hide"], "longest": 280, "counting": "weighted"}
WORDS = "Hold both buttons."


@pytest.fixture
def item(db: None) -> Item:
    put_in_force('[approval]\nqueues = ["support"]', author=None, reason="a try")
    return arrive(author="@dan", channel=watch(can=CAN), conversation="c1")


@pytest.fixture
def ann(bella: User) -> User:
    """Bella, who may approve."""
    User.objects.filter(pk=bella.pk).update(may_approve=True, first_name="Ann")
    return User.objects.get(pk=bella.pk)


@pytest.fixture
def asked(item: Item, bob: User, ann: User) -> Outgoing:
    return write_reply(item, bob, text=WORDS, seen=item.version)


def decide(user: User, row: Outgoing, name: str, **form: object) -> HttpResponse:
    form = {"seen": Item.objects.get(pk=row.item_id).version, "text": WORDS, **form}
    return at_desk(user).post(f"/approvals/{row.pk}/{name}/", form)


def in_item(user: User, row: Outgoing, name: str, **form: object) -> tuple[int, str]:
    version = Item.objects.get(pk=row.item_id).version
    form = {"outgoing": row.pk, "seen": version, "text": WORDS, **form}
    answer = at_desk(user, htmx=True).post(f"/item/{row.item_id}/{name}/", form)
    return answer.status_code, answer.content.decode()


def item_page(user: User, row: Outgoing) -> str:
    return at_desk(user).get(f"/item/{row.item_id}/").content.decode()


def follow_up() -> None:
    arrive("never mind", author="@dan", channel=watch(), conversation="c1", in_reply_to="x",
           minutes=1)  # fmt: skip


def test_the_composer_says_who_approves_and_its_button_asks(
    item: Item, bob: User, ann: User
) -> None:
    page = at_desk(bob).get(f"/item/{item.pk}/").content.decode()
    assert "Your reply will be sent once Ann approves it." in page
    assert "Ask for approval" in page
    assert "Ask &amp; resolve" in page
    assert "Ask for approval" not in at_desk(ann).get(f"/item/{item.pk}/").content.decode()


def test_the_composer_says_where_nobody_may_approve(item: Item, bob: User) -> None:
    page = at_desk(bob).get(f"/item/{item.pk}/").content.decode()
    assert "Nobody can approve replies in support yet, so yours will wait." in page


def test_its_author_sees_whom_an_answer_waits_for_and_withdraws_it(
    asked: Outgoing, bob: User
) -> None:
    page = item_page(bob, asked)
    assert "Waiting for approval by Ann." in page
    assert "Your reply is waiting for approval" in page
    assert 'id="reply"' not in page
    assert "/approve/" not in page
    status, page = in_item(bob, asked, "call-back")
    assert status == 200
    assert f">{WORDS}</textarea>" in page
    assert Outgoing.objects.get().state == "cancelled"


def test_a_colleague_sees_that_an_answer_waits_and_decides_nothing(
    asked: Outgoing, olga: User
) -> None:
    page = item_page(olga, asked)
    assert "Waiting for approval by Ann." in page
    assert "Withdraw" not in page
    assert "/approve/" not in page
    assert in_item(olga, asked, "approve")[0] == 409
    assert "who can withdraw it" in in_item(olga, asked, "call-back")[1]
    assert Outgoing.objects.get().state == "pending"


def test_an_approver_approves_in_the_item_and_can_take_it_back(asked: Outgoing, ann: User) -> None:
    assert "/approve/" in item_page(ann, asked)
    status, page = in_item(ann, asked, "approve", text="Hold both buttons, Dan.")
    assert status == 200
    assert "Bob, changed and approved by you" in page
    status, page = in_item(ann, asked, "undo-approval")
    assert "waiting for approval again" in page
    assert Outgoing.objects.get().state == "pending"
    assert f'<p class="text" dir="auto">{WORDS}</p>' in page  # as Bob wrote it


def test_its_author_withdraws_it_and_does_not_approve_it_with_a_new_right(
    asked: Outgoing, bob: User, ann: User
) -> None:
    User.objects.filter(pk=bob.pk).update(may_approve=True)
    page = item_page(User.objects.get(pk=bob.pk), asked)
    assert "/approve/" not in page
    assert "/call-back/" in page
    assert "/approve/" in item_page(ann, asked)


def test_what_is_new_is_shown_and_has_to_be_seen(asked: Outgoing, ann: User) -> None:
    assert "I have seen what changed" not in item_page(ann, asked)
    follow_up()
    status, page = in_item(ann, asked, "approve", seen=asked.asked_version, text="My words.")
    assert status == 409
    assert "The item has changed since this was written." in page
    assert "Since it was written: wrote again." in page
    assert "I have seen what changed" in page
    assert ">My words.</textarea>" in page
    assert in_item(ann, asked, "approve")[0] == 200


def test_a_form_without_the_tick_is_refused(asked: Outgoing, ann: User) -> None:
    follow_up()
    answer = at_desk(ann).post(f"/approvals/{asked.pk}/approve/", {"text": "My words."})
    assert answer.status_code == 409
    assert ">My words.</textarea>" in answer.content.decode()
    assert Outgoing.objects.get().state == "pending"
    assert decide(ann, asked, "approve").status_code == 302


def test_an_answer_goes_back_as_a_draft_with_a_mention(
    asked: Outgoing, bob: User, ann: User
) -> None:
    status, page = in_item(ann, asked, "send-back", reason=" ")
    assert status == 409
    assert "Say briefly what needs to change" in page
    assert in_item(ann, asked, "send-back", reason="Name the page.")[0] == 200
    assert Draft.objects.get().user == bob
    assert "Name the page." in at_desk(bob).get("/mentions/").content.decode()
    page = item_page(bob, asked)
    assert f">{WORDS}</textarea>" in page
    assert "reply sent back by Ann" in page
    assert not unread_mentions(bob).exists()


def test_the_page_lists_what_waits_the_oldest_first(asked: Outgoing, bob: User, ann: User) -> None:
    other = arrive("and the charger?", author="@eve", channel=watch())
    later = write_reply(other, bob, text="It is in the box.", seen=other.version)
    old = timezone.now() - timedelta(hours=3)
    Outgoing.objects.filter(pk=later.pk).update(created_at=old)
    page = at_desk(ann).get("/approvals/").content.decode()
    assert re.findall(r"replies to <a [^>]*><bdi>([^<]+)", page) == ["@eve", "@dan"]
    assert "and the charger?" in page
    assert "(3 h)" in page
    assert '<span class="n" id="n-approvals">2</span>' in page


def test_the_page_is_for_those_who_approve(asked: Outgoing, bob: User, ann: User) -> None:
    assert at_desk(bob).get("/approvals/").status_code == 404
    assert "Approvals" not in at_desk(bob).get("/mentions/").content.decode()
    assert decide(bob, asked, "approve").status_code == 404
    assert decide(ann, asked, "approve").status_code == 302


def test_an_approver_of_another_team_does_not_find_it(
    asked: Outgoing, alice: User, ann: User
) -> None:
    User.objects.filter(pk=alice.pk).update(may_approve=True)
    alice.refresh_from_db()
    assert WORDS not in at_desk(alice).get("/approvals/").content.decode()
    assert decide(alice, asked, "approve").status_code == 404
    assert WORDS in at_desk(ann).get("/approvals/").content.decode()


def test_the_page_approves_undoes_and_sends_back(asked: Outgoing, ann: User) -> None:
    assert decide(ann, asked, "approve", text="Other words.").status_code == 302
    page = at_desk(ann).get("/approvals/").content.decode()
    assert "Nothing to approve" in page
    assert "Other words." in page
    assert decide(ann, asked, "undo").status_code == 302
    assert decide(ann, asked, "send-back", reason="Shorter.").status_code == 302
    assert Outgoing.objects.get().state == "cancelled"
    assert decide(ann, asked, "burn").status_code == 404


def test_who_was_slower_is_told_and_keeps_their_words(
    asked: Outgoing, ann: User, olga: User
) -> None:
    User.objects.filter(pk=olga.pk).update(may_approve=True)
    olga.refresh_from_db()
    assert decide(ann, asked, "approve").status_code == 302
    answer = decide(olga, asked, "approve", text="My own words.")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Ann already approved it." in page
    assert "My own words." in page
    assert decide(olga, asked, "undo").status_code == 409


def test_an_approved_answer_that_was_sent_stands_in_the_thread(
    asked: Outgoing, bob: User, ann: User
) -> None:
    decide(ann, asked, "approve")
    assert "You, approved by Ann" in item_page(bob, asked)
    carry_out(asked)
    page = item_page(bob, asked)
    assert "our post" in page
    assert "reply approved by Ann" in page


def test_the_page_has_the_same_few_queries_however_much_waits(
    asked: Outgoing, bob: User, ann: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        other = arrive(
            f"post {number}", author=f"@w{number}", channel=watch(), conversation=f"n{number}"
        )
        write_reply(other, bob, text=f"answer {number}", seen=other.version)
        arrive("more", author=f"@w{number}", channel=watch(), conversation=f"n{number}",
               in_reply_to="x", minutes=2)  # fmt: skip
    desk = at_desk(ann)
    with django_assert_max_num_queries(8):
        assert desk.get("/approvals/").status_code == 200


@pytest.mark.parametrize("who", ["bob", "ann"])
def test_an_item_whose_answer_waits_has_at_most_fifteen_queries(
    asked: Outgoing, bob: User, ann: User, who: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    follow_up()
    desk = at_desk({"bob": bob, "ann": ann}[who], htmx=True, target="item")
    desk.get(f"/item/{asked.item_id}/")
    with django_assert_max_num_queries(15):
        desk.get(f"/item/{asked.item_id}/")


def test_text_of_strangers_is_shown_as_text_there(asked: Outgoing, ann: User) -> None:
    Outgoing.objects.update(text="</textarea><script>1</script>")
    asked.post.text = "<b>bold</b>"
    asked.post.posted_at = NOON
    asked.post.save(update_fields=["text"])
    page = at_desk(ann).get("/approvals/").content.decode()
    assert "<script>1" not in page
    assert "&lt;b&gt;bold" in page
