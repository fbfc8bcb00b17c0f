"""Rates: unsure and handed off again, by week, channel and intent, with their ranges."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from tests.domain import making
from triage.desk import items
from triage.tables import Channel, Item, User
from triage.tuning.accuracy import accuracy
from triage.tuning.agreement import wilson
from triage.tuning.policies import policy_in_force
from triage.tuning.rates import came_in, handed_off_rates, unsure_rates

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("judge")]
NOW = timezone.now()
WEEK = timedelta(days=7)


def arrive(channel: Channel, word: str, *, opened: datetime = NOW) -> Item:
    talk = making.post(text=f"{word} it", conversation=f"{word}-{Item.objects.count()}")
    item = making.bring(channel, talk)
    Item.objects.filter(pk=item.pk).update(opened_at=opened)
    return Item.objects.get(pk=item.pk)


def test_both_rates_are_told_by_week_channel_and_intent(
    web: Channel, forum: Channel, olga: User
) -> None:
    wrong = arrive(web, "lead")
    items.hand_off(wrong, olga, to="support", reason="asks for help")
    arrive(web, "lead", opened=NOW - WEEK)
    arrive(web, "lead?")
    items.hand_off(arrive(forum, "question?"), olga, to="promo", reason="from review")
    cells = came_in(NOW - 2 * WEEK)
    unsure, again = unsure_rates(cells), handed_off_rates(cells)
    assert (unsure.whole.estimate, unsure.whole.n) == (0.5, 4)
    assert (again.whole.estimate, again.whole.n) == (0.5, 2)
    assert [share.n for share in unsure.weeks.values()] == [1, 3]
    assert [share.estimate for share in again.weeks.values()] == [0.0, 1.0]
    assert {name: share.n for name, share in unsure.channels.items()} == {"Forum": 1, "Open web": 3}
    assert unsure.channels["Open web"].estimate == pytest.approx(1 / 3)
    assert again.channels["Forum"].estimate is None, "all of it went to review"
    assert (again.intents["lead"].estimate, again.intents["lead"].n) == (0.5, 2)
    assert again.intents["lead"][1:3] == wilson(0.5, 2)


def test_an_item_that_review_handed_on_is_not_one_that_went_wrong_by_itself(
    web: Channel, olga: User
) -> None:
    """Even if somebody sends it on a second time, from a queue to which a person had sent it."""
    arrive(web, "lead")
    item = arrive(web, "question?")
    for queue in ("promo", "support"):
        item = items.hand_off(item, olga, to=queue, reason="it belongs there")
    assert handed_off_rates(came_in(NOW - WEEK)).whole.estimate == 0.0


def test_the_accuracy_of_these_weeks_has_the_same_rates(web: Channel, olga: User) -> None:
    items.hand_off(arrive(web, "lead"), olga, to="support", reason="asks for help")
    arrive(web, "question?")
    arrive(web, "question", opened=NOW - 5 * WEEK)
    found = accuracy(policy_in_force(), now=NOW + timedelta(hours=1), weeks=4)
    assert found.unsure == (1, 2) == (1, found.unsure_by.whole.n)
    assert found.handed_off == (1, 1)
