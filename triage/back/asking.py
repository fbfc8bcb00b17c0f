"""Asking: whether an answer has to be approved before it leaves, and by whom."""

from triage.access import approvers, may_approve
from triage.tables import Item, User
from triage.tuning.policies import policy_in_force
from triage.tuning.policy import Rulebook
from triage.vocabulary import Queue

NAMED = 3
ANSWERED = (Queue.PROMO, Queue.SUPPORT)
"""The queues out of which answers mostly come."""


def asks_approval(item: Item, user: User, policy: Rulebook | None = None) -> bool:
    """Whether this person's answer to an item has to wait for a colleague.

    A rule or the policy says so; those who may approve it send their own at once.
    """
    if may_approve(user, item.queue):
        return False
    if item.needs_approval:
        return True
    approval = (policy or policy_in_force()).approval
    return approval.asks(queue=item.queue, channel=item.channel.name, intent=item.intent)


def by_whom(queue: str) -> str:
    """Who may approve answers out of a queue: `Ada, Olga or 2 others`; empty for nobody."""
    names = [user.shown_name for user in approvers(queue)]
    shown, more = names[:NAMED], len(names) - NAMED
    if more > 0:
        shown.append("1 other" if more == 1 else f"{more} others")
    return " or ".join(part for part in (", ".join(shown[:-1]), shown[-1]) if part) if shown else ""


def nobody_approves(policy: Rulebook) -> str:
    """A warning where a policy asks for approval and nobody could give it; else empty."""
    approval, by_rule = policy.approval, any(rule.approval for rule in policy.rules)
    anywhere = bool(approval.channels or approval.intents or by_rule)
    asked = [
        queue for queue in Queue if queue in approval.queues or (anywhere and queue in ANSWERED)
    ]
    missing = [queue.value for queue in asked if not approvers(queue)]
    if not missing:
        return ""
    return (
        f"Nobody can approve replies in {' and '.join(missing)} yet, so they will wait: choose "
        "somebody on the People page, or with `triage user approver NAME`."
    )
