"""Answers and what stands around them, as the server sees them: no script has a say in it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.web.conftest import at_desk
from tests.web.desk import arrive, carry_out, watch
from triage.desk.presence import look
from triage.desk.savedreplies import save_reply
from triage.tables import Desk, Draft, Item, Outgoing, Presence, User

pytestmark = pytest.mark.django_db

CAN = {"title": "X", "acts": ["reply", "hide"], "longest": 280, "counting": "weighted"}


@pytest.fixture
def item(db: None) -> Item:
    return arrive(author="@dan", channel=watch(can=CAN))


def send(user: User, item: Item, text: str, **form: object) -> tuple[int, str]:
    form = {"seen": item.version, "text": text, **form}
    answer = at_desk(user, htmx=True).post(f"/item/{item.pk}/reply/", form)
    return answer.status_code, answer.content.decode()


def test_an_answer_is_put_into_the_outbox_and_its_draft_is_gone(bob: User, item: Item) -> None:
    status, page = send(bob, item, "Hold both\r\nbuttons.", then="resolve")
    assert status == 200
    assert "Sending" in page
    row = Outgoing.objects.get()
    assert (row.text, row.user, row.resolves) == ("Hold both\nbuttons.", bob, True)
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("text", "said"), [("", "Write something first."), ("x" * 281, "280 is the limit")]
)
def test_what_cannot_be_sent_is_refused_in_words_and_kept(
    bob: User, item: Item, text: str, said: str
) -> None:
    status, page = send(bob, item, text)
    assert status == 409
    assert said in page
    assert text in page
    assert not Outgoing.objects.exists()


def test_an_old_version_is_refused_until_its_writer_goes_on(bob: User, item: Item) -> None:
    arrive("never mind", author="@dan", channel=item.channel, conversation=item.conversation,
           in_reply_to="x", minutes=1)  # fmt: skip
    status, page = send(bob, item, "Hold both buttons.")
    assert status == 409
    assert "Since you started this reply: wrote again." in page
    assert 'id="send"' not in page
    assert 'id="send"' in at_desk(bob, htmx=True).post(f"/item/{item.pk}/go-on/").content.decode()


def test_what_one_does_oneself_is_no_news_to_ones_draft(bob: User, item: Item) -> None:
    desk = at_desk(bob, htmx=True)
    desk.post(f"/item/{item.pk}/draft/", {"seen": item.version, "text": "half"})
    page = desk.post(f"/item/{item.pk}/claim/", {"seen": item.version}).content.decode()
    assert "Since you started" not in page
    assert 'id="send"' in page
    assert ">half</textarea>" in page


def test_a_draft_is_counted_as_its_platform_counts(bob: User, item: Item) -> None:
    form = {"seen": 1, "text": "https://example.com/a/very/long/address/indeed"}
    answer = at_desk(bob, htmx=True).post(f"/item/{item.pk}/draft/", form).content.decode()
    assert "23 of 280" in answer
    assert "because of the link" in answer


def test_a_copy_of_an_answer_that_left_is_no_draft(bob: User, item: Item) -> None:
    send(bob, item, "Hold both buttons.")
    Draft.objects.create(
        item=item, user=bob, text="Hold both buttons.", version=1, at=timezone.now()
    )
    carry_out(Outgoing.objects.get())
    page = at_desk(bob).get(f"/item/{item.pk}/").content.decode()
    assert ">Hold both buttons.</textarea>" not in page


def test_a_saved_reply_of_somebody_else_cannot_be_used(bob: User, bella: User, item: Item) -> None:
    mine, theirs = (save_reply(who, title="T", text=f"by {who}") for who in (bob, bella))
    desk = at_desk(bob, htmx=True)
    form = {"seen": 1, "text": "ab", "cursor": "1", "saved": mine.pk}
    page = desk.post(f"/item/{item.pk}/use-saved/", form).content.decode()
    assert ">aby bobb</textarea>" in page
    assert Draft.objects.get().text == "aby bobb"
    refused = desk.post(f"/item/{item.pk}/use-saved/", {**form, "saved": theirs.pk})
    assert refused.status_code == 409
    assert "This saved reply was deleted" in refused.content.decode()


def test_the_poll_renews_a_claim_and_tells_who_else_is_here(
    bob: User, bella: User, item: Item
) -> None:
    desk = at_desk(bob, htmx=True)
    desk.post(f"/item/{item.pk}/claim/", {"seen": item.version})
    soon = timezone.now() + timedelta(minutes=1)
    Item.objects.filter(pk=item.pk).update(claimed_until=soon)
    look(item, bella, typing=True)
    asked = {"queue": "support", "show": "open", "item": item.pk, "version": 2}
    answer = desk.get("/changes/", asked)
    assert "Bella is typing" in answer.content.decode()
    assert Item.objects.get(pk=item.pk).claimed_until > soon
    assert Presence.objects.filter(user=bob, item=item).exists()
    assert Desk.objects.get(user=bob).seen_at


def test_next_and_undo_say_in_words_when_there_is_nothing(bob: User) -> None:
    desk = at_desk(bob, htmx=True)
    answer = desk.post("/queue/support/next/")
    assert "Nothing unclaimed in Support." in answer.content.decode()
    assert "Nothing to undo" in desk.post("/undo/", {"stroke": "x"}).content.decode()
    refused = desk.post("/queue/promo/next/").content.decode()
    assert "Your team does not work the promo queue." in refused
