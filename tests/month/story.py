"""The month, day by day: what people do, and what is to be remembered of it.

| day | what happens |
|---|---|
| 8 | Olga writes a rule, and what waits is sorted anew |
| 12 | she moves a threshold, and what waits is sorted anew |
| 15 | the stream changes: a maker of computers joins, and opens a shop |
| 17 | she adds an intent for what is said of the shop |
| 24 | she asks for a training, with what people have said of the new posts |
| 26 | a careless colleague calls many posts what they are not; she asks for another training |
| 27 | she goes back to the model before, and puts the new one in use again |
| 28 | she goes back to the policy of the first day |

People do everything on pages; workers are the steps that their tasks call. The tests only read the
journal.
"""

from dataclasses import dataclass, field

from tests.month.acts import Foretold, save_rule, save_thresholds, switch, train
from tests.month.month import Month, Said, said_of
from tests.month.ops import Page
from tests.month.people import Colleague, Reader
from tests.month.world import DAYS, PER_DAY, SHIFT
from triage.tables import Training, User
from triage.tuning.policies import policy_row
from triage.vocabulary import Queue

RULE = {
    "Name": "Baggage",
    "Text contains any of": "bag\nbags\nbaggage\nluggage",
    "Send to queue": "support",
}
SHOP = {
    "Name": "shop",
    "Success measure (what a reply to such a post improves)": "Visits of the shop",
    "Accountable department": "Sales",
    "Queue on public channels": "support",
    "Queue on community channels": "support",
    "Labelling guide, in one sentence": "Speaks of the shop, or of what it sells",
    "Made-up examples, one per line": "How long is the line at your shop today?",
    "Reason": "nobody of the shop reads promo",
}
RULED, MOVED, GROWN, TRAINED, SPOILT, BACK = 8, 12, 17, 24, 26, 27
READ_A_DAY, HANDED_OFF_A_DAY, CARELESS = 8, 6, 80


@dataclass
class Journal:
    """What was seen in the month: by what is told, or by the model (`old`, `new`) and the day."""

    foretold: dict[str, Foretold] = field(default_factory=dict)
    trainings: dict[str, Training] = field(default_factory=dict)
    said: dict[str, Said] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    policies: list[str] = field(default_factory=list)
    alarms: dict[str, dict[int, str]] = field(default_factory=dict)


def live(month: Month) -> Journal:
    """Live through the month -> what was seen."""
    told = Journal(alarms=month.alarms)
    olga, rita, alice, carl = (
        User.objects.create(username=name, teams=[team])
        for name, team in (
            ("olga", "ops"), ("rita", "ops"), ("alice", "social"), ("carl", "community"),
        )
    )  # fmt: skip
    reader, colleague = Reader(rita, month.stream), Colleague(alice, month.stream)
    careless = Reader(carl, month.stream, slips=1.0)
    for number in range(1, DAYS + 1):
        month.pass_day(number)
        reader.read("sample", at_most=PER_DAY)
        if number >= SHIFT:
            reader.read("unsure", at_most=READ_A_DAY)
            colleague.hand_off(Queue.PROMO, at_most=HANDED_OFF_A_DAY)
        tune(month, number, olga, told)
        if number == SPOILT:
            careless.read("unsure", at_most=CARELESS)
            told.trainings["worse"] = train(Page.of(olga, "/models/"))
            told.pages["worse"] = Page.of(olga, "/models/").section("#trainings")
        month.end_day(number)
    told.policies.append(policy_row().text)
    Page.of(olga, "/tuning/versions/").press("Restore policy 1")
    told.policies.append(policy_row().text)
    return told


def tune(month: Month, number: int, olga: User, told: Journal) -> None:
    """What Olga does on this day."""
    if number == RULED:
        told.foretold["rule"] = save_rule(month, olga, RULE)
    elif number == MOVED:
        moved = save_thresholds(month, olga, days=7, Support="85", Promo="60")
        told.foretold["thresholds"] = moved
    elif number == GROWN:
        Page.of(olga, "/intents/").press("Add", SHOP)
        month.stream.shop = "shop"
    elif number == TRAINED:
        told.trainings["better"] = train(Page.of(olga, "/models/"))
        told.pages["better"] = Page.of(olga, "/models/").section("#trainings")
    elif number == BACK:
        go_back_and_forth(month, olga, told)


def go_back_and_forth(month: Month, olga: User, told: Journal) -> None:
    """Put the model before in use, then the new one again; each judges what it judged before."""
    of_old, of_new = month.ids[TRAINED - 1], month.ids[TRAINED + 1]
    told.said["old, then"], told.said["new, then"] = said_of(of_old), said_of(of_new)
    page = switch(Page.of(olga, "/models/"), "Roll back")
    told.pages["back"] = page.section("main")
    told.said["old, again"] = month.verdicts_if_they_came_now(of_old)
    new = told.trainings["better"].challenger
    switch(page, f"Use {new}")
    told.said["new, again"] = month.verdicts_if_they_came_now(of_new)
