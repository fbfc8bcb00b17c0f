"""Dead letters: what ops can do with a post that could not be sorted."""

import pytest

from tests.domain.making import item_of, later, post, row_of
from triage.desk.items import ActRefused
from triage.tables import Channel, DeadLetter, PostRow, User
from triage.walk.deadletters import replay, waiting
from triage.walk.intake import store
from triage.walk.sorting import MAX_ATTEMPTS, sort_all, sort_waiting

pytestmark = pytest.mark.usefixtures("judge")
State = PostRow.State


@pytest.fixture
def letter(web: Channel) -> DeadLetter:
    """A post that has failed five times."""
    store(web, [post("1", "poison")])
    PostRow.objects.update(attempts=MAX_ATTEMPTS - 1)
    sort_waiting()
    return DeadLetter.objects.get()


def waiting_letters() -> list[DeadLetter]:
    return list(waiting(DeadLetter.objects.all()))


def test_a_replayed_post_is_sorted_with_all_its_attempts_before_it(
    letter: DeadLetter, web: Channel, olga: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert waiting_letters() == [letter]
    PostRow.objects.update(text="question")  # as after an upgrade that can read it
    replay(letter, olga)
    row = row_of(web, "1")
    assert (row.state, row.attempts, row.retry_at, row.error) == (State.NEW, 0, None, "")
    sort_all()
    assert item_of(web, "1").queue == "support"
    assert waiting_letters() == []


def test_a_post_that_fails_again_after_a_replay_waits_again(
    letter: DeadLetter, web: Channel, olga: User
) -> None:
    replay(letter, olga)
    PostRow.objects.update(attempts=MAX_ATTEMPTS - 1)
    sort_waiting()
    assert row_of(web, "1").state == State.DEAD
    assert waiting_letters() == [letter]
    assert replay(letter, olga).replayed_at is not None


def test_a_post_whose_author_mended_it_waits_no_more(letter: DeadLetter, web: Channel) -> None:
    store(web, [post("1", "question", edited_at=later(1))])
    sort_all()
    assert item_of(web, "1").queue == "support"
    assert waiting_letters() == []


def test_only_ops_replay(letter: DeadLetter, alice: User, charlie: User) -> None:
    for user in (alice, charlie):
        with pytest.raises(ActRefused, match="Only ops can replay dead letters"):
            replay(letter, user)
    assert waiting_letters() == [letter]


def test_what_is_replayed_is_not_replayed_again(letter: DeadLetter, olga: User) -> None:
    replay(letter, olga)
    with pytest.raises(ActRefused, match="It was replayed already"):
        replay(letter, olga)


def test_what_never_became_a_post_cannot_be_sorted(web: Channel, olga: User) -> None:
    store(web, [], rejected=[("the post has no id", {"text": "x"})])
    letter = DeadLetter.objects.get()
    with pytest.raises(ActRefused, match="This record could not be read as a post"):
        replay(letter, olga)
    assert waiting_letters() == [letter]
