"""`triage accuracy`: the numbers of the page, one a line."""

from tests.cli.conftest import Command
from tests.web.desk import arrive
from tests.web.reading import give, share
from triage.tables import User


def test_each_number_is_a_line_with_its_interval_and_its_readings(
    triage: Command, db: None
) -> None:
    alice, bob = (User.objects.create(username=name, teams=["social"]) for name in ("alice", "bob"))
    share(sure=1, second=1)
    for read_as in ("lead", "sales", "question"):
        item = arrive(intent="lead")
        give(alice, item, read_as)
        give(bob, item, "lead")
    lines = triage("accuracy", "--json").data
    rows = {(row["what"], row["name"]): row for row in lines}
    assert rows["read", ""]["number"] == rows["read", ""]["of"] == 3
    sure = rows["sure in queue", "promo"]
    assert (round(sure["estimate"], 3), round(sure["low"], 3), sure["n"]) == (0.667, 0.208, 3)
    assert rows["sure in queue", "support"]["estimate"] is None
    assert rows["kappa", "alice and bob"]["n"] == 3
    assert rows["unsure", ""]["of"] == 3
    said = triage("accuracy").out
    assert "sure in queue promo\t0.667\t0.208 to 0.939\t3 readings" in said
    assert "sure in queue support\tnot known\t0 readings" in said
    assert "read as question, judged lead\t1 post" in said


def test_an_empty_installation_has_numbers_that_are_not_known(triage: Command, db: None) -> None:
    assert "calibration error\tnot known\t0 readings" in triage("accuracy").out
    assert "0 weeks" not in triage("accuracy", "--weeks", "0", code=2).err
