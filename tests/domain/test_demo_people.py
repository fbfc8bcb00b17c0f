"""The demo's people: one of each team who can sign in, and one who may approve answers."""

import pytest

from triage.access import approvers
from triage.tables import User
from triage.tuning.policies import policy_in_force
from triage.vocabulary import Queue, Team
from workers.demo import demo_people, prepare_demo

pytestmark = pytest.mark.django_db


def test_there_is_somebody_of_each_team_with_the_password_that_is_printed() -> None:
    prepare_demo()
    for person in demo_people():
        assert User.objects.get(username=person.name).check_password(person.password)
    assert {team for person in demo_people() for team in person.teams} == set(Team)


def test_one_may_approve_answers_of_both_teams_and_nothing_asks_for_it_yet() -> None:
    prepare_demo()
    for queue in (Queue.PROMO, Queue.SUPPORT):
        assert [user.username for user in approvers(queue)] == ["olga"]
    approval = policy_in_force().approval
    assert not any((approval.queues, approval.channels, approval.intents))


def test_what_somebody_changed_is_not_reset() -> None:
    prepare_demo()
    User.objects.filter(username="olga").update(may_approve=False)
    prepare_demo()
    assert not User.objects.get(username="olga").may_approve
