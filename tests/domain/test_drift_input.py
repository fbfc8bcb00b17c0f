"""Input drift: what people write is compared with earlier weeks, and no one is heard twice."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

import numpy as np
import pytest
from django.utils import timezone

from tests.domain import making
from triage.posts import Post
from triage.tables import Channel, InputDrift, InputLook
from triage.tuning.incoming import look_at_input
from triage.tuning.inputdrift import (
    InputChange,
    cohens_h,
    holm,
    input_change,
    rank_test,
    rate_test,
)
from triage.tuning.voices import DAYS, Voice, draw_voices, told_words
from triage.walk.intake import store
from triage.watch.alerts import open_alerts, watch_channels
from workers import tasks
from workers.app import app

TALK = [
    "the",
    "my",
    "how",
    "is",
    "it",
    "bike",
    "wheel",
    "chair",
    "order",
    "light",
    "price",
    "shop",
    "great",
    "love",
    "slow",
    "late",
    "app",
]
WEIGHTS = [1 / (place + 1) for place in range(len(TALK))]


def said(chance: Random, *, number: int = 9) -> list[str]:
    return chance.choices(TALK, WEIGHTS, k=number)


def stream(
    chance: Random, *, a_day: int = 40, new: float = 0.0, days: Sequence[int] = range(28, 35)
) -> list[Voice]:
    """Five weeks of voices; on some days a share of them has a new word."""
    voices = []
    for day in range(DAYS):
        for _ in range(a_day):
            words = {*said(chance), *(["#launch26"] if chance.random() < new else [])}
            kept = words if day in days else words - {"#launch26"}
            voices.append(Voice(day, 40 + chance.randrange(60), frozenset(kept)))
    return voices


def told(voices: Sequence[Voice]) -> InputChange:
    found = input_change(voices)
    assert found is not None
    return found


def test_a_new_word_is_named_with_its_shares() -> None:
    found = told(stream(Random(1), new=0.14))
    assert found.alarming
    [word] = found.words
    assert (word.word, word.before) == ("#launch26", 0)
    assert 0.1 < word.now / found.now < 0.18
    assert not found.longer_or_shorter


def test_a_word_that_people_use_no_more_is_named_too() -> None:
    found = told(stream(Random(1), new=0.14, days=range(28)))
    assert [word.word for word in found.words] == ["#launch26"]
    assert found.words[0].effect < 0


def test_where_nothing_changes_hardly_any_look_alarms() -> None:
    looks = [told(stream(Random(seed), a_day=25)) for seed in range(150)]
    assert sum(look.alarming for look in looks) <= 1


def test_the_news_of_one_day_is_no_alarm_but_that_of_three_is() -> None:
    assert not told(stream(Random(2), new=0.5, days=[30])).alarming
    assert told(stream(Random(2), new=0.5, days=[29, 30, 31])).alarming


def sales(before: dict[int, int]) -> list[Voice]:
    """Thirty voices a day, of which so many speak of a sale; in the last week seven a day do."""
    often = before | dict.fromkeys(range(28, 35), 7)
    return [
        Voice(day, 50, frozenset({"sale" if number < often.get(day, 0) else "bike"}))
        for day in range(DAYS)
        for number in range(30)
    ]


def test_a_word_that_always_comes_in_bursts_has_to_change_by_more() -> None:
    """Both times 84 voices spoke of it before: three every day, or 28 on three days."""
    steady, bursts = told(sales(dict.fromkeys(range(28), 3))), told(sales({5: 28, 12: 28, 19: 28}))
    assert "sale" in [word.word for word in steady.words]
    assert bursts.words == ()


def test_longer_texts_are_told() -> None:
    voices = [
        voice._replace(length=voice.length * 2) if voice.day >= 28 else voice
        for voice in stream(Random(4))
    ]
    found = told(voices)
    assert found.longer_or_shorter
    assert not found.words
    assert found.length[1] == pytest.approx(2 * found.length[0], rel=0.1)


@pytest.mark.parametrize("kept", [range(28, 35), range(28), range(24, 35)])
def test_too_little_on_either_side_tells_nothing(kept: range) -> None:
    voices = [voice for voice in stream(Random(5)) if voice.day in kept]
    assert input_change(voices) is None


def test_the_rate_test_is_the_binomial_one() -> None:
    # 8 of 8 in a side that is a fifth of both: twice 0.2 to the power of 8.
    [most, none, even] = rate_test(
        np.array([[0.0, 8.0], [30.0, 0.0], [80.0, 20.0]]), np.array([400.0, 100.0])
    )
    assert most == pytest.approx(2 * 0.2**8)
    assert none == pytest.approx(2 * 0.8**30)
    assert even == 1.0


def test_holm_multiplies_each_by_how_many_are_left() -> None:
    assert holm(np.array([0.01, 0.04, 0.03])) == pytest.approx([0.03, 0.06, 0.06])


def test_cohens_h_is_the_same_for_gain_and_loss() -> None:
    [gain, loss] = cohens_h(np.array([0.13, 0.05]), np.array([0.05, 0.13]))
    assert gain == pytest.approx(-loss) == pytest.approx(0.29, abs=0.01)


def test_the_rank_test_agrees_with_scipys() -> None:
    from scipy.stats import mannwhitneyu

    random = np.random.default_rng(6)
    before = random.integers(0, 30, 150).astype(np.float64)
    now = random.integers(4, 34, 120).astype(np.float64)
    effect, chance = rank_test(before, now)
    known = mannwhitneyu(now, before, use_continuity=False, method="asymptotic")
    assert effect == pytest.approx(known.statistic / (150 * 120))
    assert chance == pytest.approx(known.pvalue)


def test_words_are_told_once_folded_with_their_hashtag_and_signs_in_pairs() -> None:
    assert told_words("Wow, WOW! Café #Launch26 launch26") == {
        "wow",
        "cafe",
        "#launch26",
        "launch26",
    }
    assert told_words("新しい車") == {"新し", "しい", "い車"}


DAY = timedelta(days=1)


def post(at: datetime, text: str, *, person: str, talk: str, lang: str = "en") -> Post:
    return making.post(
        text=text, author=person, author_id=person, created_at=at, conversation=talk, lang=lang
    )


def weeks(chance: Random, now: datetime, *, lang: str = "en", new: float = 0.0) -> list[Post]:
    """Five weeks of posts, thirty a day, each of another person in another conversation."""
    posts = []
    for day in range(DAYS):
        for number in range(30):
            late = day >= 28 and chance.random() < new
            text = " ".join(said(chance)) + (" #launch26" if late else "")
            who = f"{lang}-{day}-{number}"
            at = now - (DAYS - day) * DAY + timedelta(minutes=1 + 40 * number)
            posts.append(post(at, text, person=who, talk=who, lang=lang))
    return posts


@pytest.mark.django_db
def test_no_one_is_heard_twice_in_a_week_and_no_conversation_either(web: Channel) -> None:
    now = timezone.now()
    at = [now - day * DAY for day in (1, 2, 3, 9)]
    store(web, [
        *(post(at[n % 3], f"loud {n}", person="loud", talk=f"t{n}") for n in range(20)),
        *(post(at[n % 3], f"quarrel {n}", person=f"p{n}", talk="quarrel") for n in range(20)),
        post(at[3], "the week before", person="loud", talk="t1"),
    ])  # fmt: skip
    voices = draw_voices(web.pk, now=now)["en"]
    assert sorted((voice.day // 7, "loud" in voice.words) for voice in voices) == [
        (3, False),
        (4, False),
        (4, True),
    ]


@pytest.mark.django_db
def test_one_person_with_a_hundred_posts_raises_no_alarm_but_a_hundred_people_do(
    web: Channel, forum: Channel
) -> None:
    now, chance = timezone.now(), Random(8)
    store(web, [
        *weeks(chance, now),
        *(post(now - n % 6 * DAY, "buy #coin now", person="bot", talk=f"c{n}") for n in range(150)),
        *(post(now - n % 6 * DAY, "#coin no", person=f"q{n}", talk="brawl") for n in range(150)),
    ])  # fmt: skip
    store(forum, [
        *weeks(chance, now),
        *(post(now - n % 6 * DAY, "buy #coin", person=f"w{n}", talk=f"c{n}") for n in range(50)),
    ])  # fmt: skip
    assert look_at_input(now=now)
    assert look_at_input(now=now)
    assert not look_at_input(now=now), "each channel has had its turn"
    assert not InputDrift.objects.get(channel=web).drifting
    row = InputDrift.objects.get(channel=forum)
    assert row.drifting
    assert "#coin" in [word for word, _, _ in row.words]


@pytest.mark.django_db
def test_the_alert_names_what_is_new_and_goes_when_it_is_usual(web: Channel) -> None:
    now, chance = timezone.now(), Random(9)
    store(web, [*weeks(chance, now, new=0.14), *weeks(chance, now, lang="de")])
    assert look_at_input(now=now)
    watch_channels(now=now)
    [alert] = open_alerts()
    assert (alert.channel, alert.kind) == (web, "input")
    assert "words changed this week (English): “#launch26” 0% → " in alert.sentence
    assert not InputDrift.objects.get(lang="de").drifting
    later = now + 8 * DAY  # a week without any posts: nothing can be compared
    assert look_at_input(now=later)
    watch_channels(now=later)
    assert not open_alerts().exists()


@pytest.mark.django_db
def test_two_workers_do_not_look_at_the_same_channel(web: Channel) -> None:
    now = timezone.now()
    assert look_at_input(now=now)
    assert not look_at_input(now=now + timedelta(hours=5))
    assert look_at_input(now=now + timedelta(hours=7))
    assert InputLook.objects.get().looked_at == now + timedelta(hours=7)


@pytest.mark.django_db
def test_of_a_busy_channel_only_a_part_is_read(
    web: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, chance = timezone.now(), Random(10)
    store(web, weeks(chance, now))
    monkeypatch.setattr("triage.tuning.voices.READ", 300)
    voices = draw_voices(web.pk, now=now)["en"]
    assert 200 <= len(voices) <= 300
    assert {voice.day // 7 for voice in voices} == set(range(5))


@pytest.mark.django_db
def test_one_bell_brings_every_channel_its_turn(
    web: Channel, forum: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.conf, "task_always_eager", True)
    store(web, weeks(Random(11), timezone.now(), new=0.3))
    tasks.look_at_input()
    assert InputDrift.objects.get().drifting
    assert InputLook.objects.count() == 2
