"""`triage shadow`: another model judges beside the one in use, and the two are compared."""

import pytest

from models import registry
from tests.cli.conftest import Command
from tests.domain.shadows import bring, say
from tests.web.desk import watch
from triage.tables import AuditEntry, Shadow, User
from triage.tuning.shadowing import judge_in_shadow
from triage.walk.judging import models_root

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(db: None) -> User:
    """Of ops."""
    return User.objects.create(username="olga", teams=["ops"])


def test_before_there_is_a_shadow_it_says_how_to_begin(triage: Command) -> None:
    said = triage("shadow", "show")
    assert said.out == ""
    assert said.err.startswith("No shadow model has run yet. `triage shadow start VERSION`")


def test_a_shadow_judges_beside_and_is_compared_in_sentences(
    triage: Command, other: str, olga: User
) -> None:
    said = triage("shadow", "start", other, "--user", "olga")
    assert said.out.startswith(f"{other} runs as the shadow model since ")
    assert "It has judged no posts" in said.out
    bring(watch())
    judge_in_shadow()
    say(olga, [("lead", "sales", "lead"), ("lead", "question", "lead"), ("lead", "lead", "lead")])
    told = triage("shadow", "show").out
    assert "judged 3 posts: same queue for 67%, same intent for 33%. 1 post would be in" in told
    assert "right about 1 and the shadow alone about 0: too even to say who is better" in told


def test_the_numbers_are_those_of_the_api(triage: Command, other: str, olga: User) -> None:
    triage("shadow", "start", other)
    bring(watch())
    judge_in_shadow()
    say(olga, [("lead", "sales", "lead"), ("lead", "question", "lead"), ("lead", "lead", "lead")])
    [data] = triage("shadow", "show", "--json").data
    counts = ("judged", "same_queue", "same_intent", "moves", "read", "only_champion")
    assert [data[name] for name in counts] == [3, 2, 1, 1, 3, 1]
    assert (data["version"], data["running"], data["only_shadow"]) == (other, True, 0)
    assert data["chance"] == 1.0


def test_what_was_said_stays_when_it_ends(triage: Command, other: str) -> None:
    triage("shadow", "start", other)
    bring(watch())
    judge_in_shadow()
    [ended] = triage("shadow", "end", "--json").data
    assert (ended["running"], ended["judged"]) == (False, 3)
    said = triage("shadow", "show")
    assert f"{other} ran as the shadow model from " in said.out
    assert "No shadow model is running." in said.err


def test_the_log_says_who_began_and_who_ended(triage: Command, other: str, olga: User) -> None:
    triage("shadow", "start", other, "--user", "olga")
    triage("shadow", "end")
    told = AuditEntry.objects.order_by("id").values_list("event", "actor", "target")
    assert list(told) == [
        ("shadow_started", "olga", other),
        ("shadow_ended", "command line", ""),
    ]
    assert Shadow.objects.get().user == olga


def test_starting_or_ending_twice_is_refused_and_changes_nothing(
    triage: Command, other: str
) -> None:
    triage("shadow", "start", other)
    begun = Shadow.objects.get()
    sentence = triage("shadow", "start", other, code=1).sentence
    assert sentence == f"{other} runs as the shadow model already"
    assert Shadow.objects.get(running=True) == begun
    triage("shadow", "end")
    assert triage("shadow", "end", code=1).sentence.startswith("no shadow model is running")
    assert AuditEntry.objects.count() == 2


def test_only_a_stored_model_that_is_not_in_use_can_begin(triage: Command, other: str) -> None:
    used = registry.current(models_root())
    assert used is not None
    assert "is the model in use" in triage("shadow", "start", used, code=1).sentence
    unknown = triage("shadow", "start", "2020-01-01-00000000", code=1).sentence
    assert unknown.startswith("there is no model '2020-01-01-00000000'; `triage model list`")
    assert not Shadow.objects.exists()


def test_only_somebody_who_may_tune_begins_or_ends_it(
    triage: Command, other: str, olga: User
) -> None:
    User.objects.create(username="bob", teams=["community"])
    for name, words in (("bob", "neither of ops nor an admin"), ("zoe", "nobody called 'zoe'")):
        assert words in triage("shadow", "start", other, "--user", name, code=1).sentence
    triage("shadow", "start", other, "--user", "olga")
    assert "bob" in triage("shadow", "end", "--user", "bob", code=1).sentence
    assert Shadow.objects.get().running
