"""Dead letters: the page, and the way back."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.web.conftest import at_desk
from tests.web.desk import arrive, watch
from triage.desk.items import ActRefused
from triage.tables import DeadLetter, PostRow, User
from triage.walk.deadletters import replay
from triage.web.deadletters import SIZE

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(db: None) -> DeadLetter:
    """Of a stored post that failed five times."""
    row = PostRow.objects.get(item=arrive("the post that failed"))
    PostRow.objects.update(state="dead", attempts=5, error="ValueError: x")
    return DeadLetter.objects.create(
        channel=row.channel, post=row, digest="post-1", reason="ValueError: x", raw={"id": "1"}
    )


@pytest.fixture
def unreadable(db: None) -> DeadLetter:
    """Of a record that never became a post."""
    raw = {"author": "<b>someone</b>"}
    return DeadLetter.objects.create(channel=watch(), digest="d", reason="no text", raw=raw)


def test_replaying_sends_the_post_back_to_sorting(olga: User, letter: DeadLetter) -> None:
    answer = at_desk(olga).post(f"/dead-letters/{letter.pk}/replay/", follow=True)
    row = PostRow.objects.get()
    assert (row.state, row.attempts, row.retry_at, row.error) == ("new", 0, None, "")
    letter.refresh_from_db()
    assert letter.replayed_at is not None
    assert "Retrying." in answer.content.decode()
    assert "No dead letters" in answer.content.decode()


def test_replaying_twice_is_refused(olga: User, letter: DeadLetter) -> None:
    replay(letter, olga)
    with pytest.raises(ActRefused, match="replayed already"):
        replay(letter, olga)


def test_a_record_that_never_became_a_post_cannot_be_replayed(
    olga: User, unreadable: DeadLetter
) -> None:
    answer = at_desk(olga).post(f"/dead-letters/{unreadable.pk}/replay/")
    assert answer.status_code == 409
    assert "could not be read as a post" in answer.content.decode()
    unreadable.refresh_from_db()
    assert unreadable.replayed_at is None


def test_a_record_that_never_became_a_post_can_be_put_aside_once(
    olga: User, unreadable: DeadLetter
) -> None:
    address = f"/dead-letters/{unreadable.pk}/put-aside/"
    answer = at_desk(olga).post(address, follow=True)
    assert "No dead letters" in answer.content.decode()
    assert at_desk(olga).post(address).status_code == 409
    assert DeadLetter.objects.filter(pk=unreadable.pk).exists()


def test_a_post_is_not_put_aside_but_sorted_again(olga: User, letter: DeadLetter) -> None:
    answer = at_desk(olga).post(f"/dead-letters/{letter.pk}/put-aside/")
    assert answer.status_code == 409
    assert "sort it again" in answer.content.decode()


def test_a_post_that_fails_again_after_a_replay_is_shown_again(
    olga: User, letter: DeadLetter
) -> None:
    replay(letter, olga)
    assert "the post that failed" not in at_desk(olga).get("/dead-letters/").content.decode()
    PostRow.objects.update(state="dead", attempts=5)
    assert "the post that failed" in at_desk(olga).get("/dead-letters/").content.decode()
    replay(letter, olga)


def test_only_ops_replay(bob: User, letter: DeadLetter) -> None:
    with pytest.raises(ActRefused, match="Only ops"):
        replay(letter, bob)
    assert at_desk(bob).post(f"/dead-letters/{letter.pk}/replay/").status_code == 404
    assert PostRow.objects.get().state == "dead"


def test_the_raw_record_is_shown_as_text(olga: User, unreadable: DeadLetter) -> None:
    page = at_desk(olga).get("/dead-letters/").content.decode()
    assert "&quot;author&quot;: &quot;&lt;b&gt;someone&lt;/b&gt;&quot;" in page
    assert "It never became a post" in page


def test_many_letters_are_paged_and_counted(olga: User) -> None:
    DeadLetter.objects.bulk_create(
        DeadLetter(channel=watch(), digest=f"d{n}", reason=f"reason {n}") for n in range(SIZE + 2)
    )
    first = at_desk(olga).get("/dead-letters/")
    assert f'id="n-channels">{SIZE + 2} dead letters</span>' in first.content.decode()
    second = at_desk(olga).get(f"/dead-letters/?before={first.context['before']}")
    assert [letter.reason for letter in second.context["letters"]] == ["reason 1.", "reason 0."]


def test_the_page_has_few_queries(
    olga: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    DeadLetter.objects.bulk_create(
        DeadLetter(channel=watch(f"c{n}"), digest=f"d{n}", reason="r") for n in range(9)
    )
    desk = at_desk(olga)
    with django_assert_max_num_queries(5):
        desk.get("/dead-letters/")
