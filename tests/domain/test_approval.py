"""The part [approval] of a policy: read, refused in a sentence, and written without a loss."""

import pytest

from triage.tuning.approval import NOT_ASKED, Approval
from triage.tuning.policy import PolicyError, read_policy
from triage.tuning.policytext import with_approval


def test_a_policy_without_the_part_asks_for_nothing() -> None:
    approval = read_policy("").approval
    assert approval == NOT_ASKED
    assert not approval.asks(queue="promo", channel="X", intent="lead")


def test_one_that_fits_is_enough() -> None:
    text = '[approval]\nqueues = ["promo"]\nchannels = ["LinkedIn"]\nintents = ["feedback"]'
    approval = read_policy(text).approval
    assert approval.asks(queue="promo", channel="X", intent="lead")
    assert approval.asks(queue="support", channel="LinkedIn", intent="question")
    assert approval.asks(queue="support", channel="X", intent="feedback")
    assert not approval.asks(queue="support", channel="X", intent="question")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("approval = true", "must be a table"),
        ('[approval]\npeople = ["new"]', "approval.people: queues, channels and intents"),
        ('[approval]\nqueues = "promo"', "approval.queues is 'promo'; write a list"),
        ("[approval]\nchannels = [1]", "approval.channels is"),
        ('[approval]\nqueues = ["sales"]', "approval.queues: no queue 'sales'"),
        ('[approval]\nintents = ["dance"]', "approval.intents: no such intent 'dance'"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(text: str, said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        read_policy(text)


def test_it_is_written_beside_what_others_wrote() -> None:
    text = "[thresholds]\npromo = 0.7  # tried in May\n"
    asked = Approval(queues=("promo",), intents=("lead",))
    written = with_approval(text, asked)
    assert written.startswith(text)
    assert read_policy(written).approval == asked
    assert with_approval(written, NOT_ASKED).strip() == text.strip()
