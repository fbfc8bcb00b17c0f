"""Campaigns: which items are tied to which, and what is refused."""

from datetime import date

import pytest

from tests.domain.making import bring, later, post
from triage.desk.twins import share
from triage.tables import AuditEntry, Campaign, Channel, Item, User
from triage.tuning.campaigns import (
    CampaignError,
    Wanted,
    drop_campaign,
    read_marks,
    save_campaign,
)

pytestmark = pytest.mark.usefixtures("judge")


def save(user: User, name: str = "Volt Day", marks: str = "#VoltDay", **more: object) -> Campaign:
    save_campaign(Wanted(name=name, marks=read_marks(marks), **more), user)
    return Campaign.objects.get(name=name)


def tied(item: Item) -> str | None:
    found = Item.objects.select_related("campaign").get(pk=item.pk).campaign
    return found.name if found else None


@pytest.mark.parametrize(
    ("marks", "text", "belongs"),
    [
        ("#VoltDay", "lead at #voltday now", True),
        ("#VoltDay", "lead at #voltdays now", False),
        ("#VoltDay", "lead on voltday", False),
        ("volt day", "lead on Volt  Day!", True),
        ("volt day", "lead on revolt day", False),
        ("spring-sale", "lead https://example.com/?utm_campaign=spring-sale&x=1", True),
        ("spring-sale", "lead https://example.com/?utm_campaign=spring-sale2", False),
        ("a, b, свет", "lead Свет есть", True),
        ("c++", "lead c++ rocks", True),
    ],
)
def test_a_mark_is_whole_words_in_any_case(
    marks: str, text: str, belongs: bool, web: Channel, olga: User
) -> None:
    save(olga, marks=marks)
    assert tied(bring(web, post(text=text))) == ("Volt Day" if belongs else None)


def test_what_answers_our_own_post_of_the_campaign_belongs_to_it(web: Channel, olga: User) -> None:
    save(olga)
    ours = post("root", "our #VoltDay begins", conversation="root", own=True)
    comment = post(text="lead love it", conversation="root", in_reply_to="root")
    bring(web, ours, comment)
    reply = post(text="lead me too", author_id="u2", conversation="root", in_reply_to="elsewhere")
    quoted = post(text="lead yes", author_id="u3", parent_text="come to #VoltDay")
    for each in (comment, reply, quoted):
        assert tied(bring(web, each)) == "Volt Day"


def test_only_its_channel_and_its_days_count(web: Channel, forum: Channel, olga: User) -> None:
    save(olga, channel=forum, starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 2))
    text = "question about #voltday"
    day = 24 * 60
    assert tied(bring(web, post(text=text))) is None
    for number, (at, name) in enumerate(
        [(-day, None), (0, "Volt Day"), (day, "Volt Day"), (2 * day, None)]
    ):
        late = post(text=text, author_id=f"u{number}", created_at=later(at))
        assert tied(bring(forum, late)) == name


def test_a_later_post_without_a_mark_leaves_it_and_one_of_another_campaign_moves_it(
    web: Channel, olga: User
) -> None:
    save(olga)
    save(olga, "Spring", "#spring")
    talk = {"conversation": "c"}
    item = bring(web, post(text="lead #voltday", **talk))
    assert bring(web, post(text="lead hello?", created_at=later(1), **talk)) == item
    assert tied(item) == "Volt Day"
    bring(web, post(text="lead #spring", created_at=later(2), **talk))
    assert tied(item) == "Spring"


def test_saving_ties_what_is_there_and_lets_go_of_what_does_not_belong_any_more(
    web: Channel, olga: User
) -> None:
    day, other = bring(web, post(text="lead #voltday")), bring(web, post(text="lead #spring"))
    wanted = Wanted(name="Volt Day", marks=("#voltday",))
    assert save_campaign(wanted, olga) == 1
    row = Campaign.objects.get()
    assert (tied(day), tied(other)) == ("Volt Day", None) or day == other
    assert save_campaign(Wanted(name="Spring", marks=("#spring",)), olga, row=row) == 1
    assert tied(other) == "Spring"
    assert Campaign.objects.count() == 1


def test_the_twin_of_an_item_belongs_with_it(web: Channel, olga: User, bob: User) -> None:
    item = bring(web, post(text="question about #voltday"))
    twin = share(item, bob, reason="fans")
    save(olga)
    assert tied(twin) == tied(item) == "Volt Day"


def test_no_act_of_a_person_is_refused_because_of_a_campaign(web: Channel, olga: User) -> None:
    item = bring(web, post(text="lead #voltday"))
    save(olga)
    assert Item.objects.get(pk=item.pk).version == item.version


def test_deleting_leaves_the_items(web: Channel, olga: User) -> None:
    row = save(olga)
    item = bring(web, post(text="lead #voltday"))
    drop_campaign(row, olga)
    assert tied(item) is None
    assert not Campaign.objects.exists()
    events = AuditEntry.objects.order_by("id").values_list("event", "target")
    assert list(events) == [("campaign_saved", "Volt Day"), ("campaign_dropped", "Volt Day")]


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (Wanted(" ", ("x",)), "needs a name"),
        (Wanted("n" * 61, ("x",)), "at most 60 characters"),
        (Wanted("Spring", ()), "Say by what its posts are known"),
        (Wanted("Spring", ("m" * 81,)), "at most 30 marks"),
        (Wanted("Spring", tuple(map(str, range(31)))), "at most 30 marks"),
        (Wanted("Spring", ("x",), None, date(2026, 3, 2), date(2026, 3, 1)), "ends before"),
        (Wanted("Volt Day", ("x",)), "There is a campaign 'Volt Day' already"),
    ],
)
def test_what_cannot_be_saved_says_why_and_changes_nothing(
    wanted: Wanted, says: str, olga: User
) -> None:
    save(olga)
    with pytest.raises(CampaignError, match=says):
        save_campaign(wanted, olga)
    assert Campaign.objects.count() == 1


def test_one_that_is_gone_meanwhile_is_refused(olga: User) -> None:
    row = save(olga)
    Campaign.objects.all().delete()
    with pytest.raises(CampaignError, match="is gone"):
        save_campaign(Wanted("Spring", ("x",)), olga, row=row)


def test_marks_are_read_once_each_in_lower_case() -> None:
    assert read_marks(" #VoltDay, volt  DAY;#voltday\n#, spring") == (
        "#voltday",
        "volt day",
        "spring",
    )
