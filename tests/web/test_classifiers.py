"""The models page: train, see the numbers of both sides, put in use and go back."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from tests.web.conftest import at_desk
from tests.web.desk import arrive, watch
from triage.tables import (
    AuditEntry,
    Drift,
    InputDrift,
    Reading,
    Shadow,
    ShadowVerdict,
    StoredModel,
    Switch,
    Training,
    User,
    Verdict,
)

OLD, NEW = "2026-03-01-aaaaaaaa", "2026-03-02-bbbbbbbb"
SIDE = {
    "queue_accuracy": 0.71,
    "intent_accuracy": 0.5,
    "macro_f1": 0.45,
    "calibration_error": 0.042,
    "sure": 0.4,
    "right_when_sure": 0.9,
}


def stored(version: str, **fields: Any) -> StoredModel:
    card = {
        "version": version,
        "created_at": "2026-03-01T10:00:00+00:00",
        "metrics": {"examples": 812, "base": OLD},
        "counts": {"intent": {"lead": 40}, "lang": {"en": 800}, "source": {"lessons": 812}},
        "languages": ["en"],
        "bytes": 4_000_000,
    }
    return StoredModel.objects.create(version=version, **{"card": card, **fields})


def refused(**fields: Any) -> Training:
    values: dict[str, Any] = {
        "state": Training.State.REFUSED,
        "cause": Training.Cause.LESSONS,
        "lessons": 240,
        "champion": OLD,
        "said": "Refused: on 48 held-out posts the new model is not better.",
        "numbers": {
            "held_out": 48,
            "champion": SIDE,
            "challenger": {**SIDE, "queue_accuracy": 0.65, "right_when_sure": None},
        },
        "log": ["fitting on all lessons", "comparing"],
        "finished_at": "2026-03-02T10:00:00Z",
    }
    return Training.objects.create(**(values | fields))


def page(user: User, address: str = "/models/") -> str:
    return at_desk(user).get(address).content.decode()


def test_the_button_asks_for_one_training_however_often_it_is_pressed(olga: User) -> None:
    desk = at_desk(olga)
    assert "Training started" in desk.post("/models/train/", follow=True).content.decode()
    assert "is already waiting" in desk.post("/models/train/", follow=True).content.decode()
    row = Training.objects.get()
    assert (row.user, row.cause, row.state) == (olga, "button", "waiting")
    entry = AuditEntry.objects.get(event="training_asked")
    assert (entry.user_id, entry.target) == (olga.pk, f"training {row.pk}")
    assert "started by Olga" in page(olga)


def test_a_running_training_shows_its_step_and_the_page_looks_again(olga: User) -> None:
    running = refused(
        state=Training.State.RUNNING, said="", finished_at=None, log=["reading 240 lessons"]
    )
    shown = page(olga)
    assert "Now: reading 240 lessons" in shown
    assert 'hx-trigger="every 3s"' in shown
    Training.objects.filter(pk=running.pk).update(
        state=Training.State.FAILED, finished_at="2026-03-02T10:00:00Z"
    )
    assert 'hx-trigger="every 3s"' not in page(olga)


def test_a_refusal_is_shown_with_the_numbers_of_both_sides(olga: User) -> None:
    refused()
    shown = page(olga)
    assert "Refused: on 48 held-out posts the new model is not better." in shown
    assert "Compared on 48 posts neither had seen" in shown
    for words in ("71%", "65%", "0.042", "–"):
        assert words in shown, words


def test_another_model_is_put_in_use_by_a_worker(olga: User) -> None:
    stored(OLD)
    stored(NEW, in_use=True)
    assert f"/models/{OLD}/use/" in page(olga)
    said = at_desk(olga).post(f"/models/{OLD}/use/", follow=True).content.decode()
    assert f"{OLD} will be in use within seconds." in said
    assert "Waiting for a worker." in said
    assert Switch.objects.get().version == OLD


def test_going_back_is_one_step_however_often_it_is_pressed(olga: User) -> None:
    stored(NEW, in_use=True)
    desk = at_desk(olga)
    for _ in range(2):
        desk.post("/models/back/")
    row = Switch.objects.get()
    assert (row.version, row.user) == ("", olga)


def test_a_model_that_is_gone_cannot_be_put_in_use_and_keeps_its_card(olga: User) -> None:
    stored(OLD, stored=False)
    assert "files deleted" in page(olga)
    assert at_desk(olga).post(f"/models/{OLD}/use/").status_code == 404
    assert "The model card stays" in page(olga, f"/models/{OLD}/")


def test_the_card_says_what_it_learnt_and_how_it_was_let_in(olga: User) -> None:
    stored(NEW)
    refused(state=Training.State.PROMOTED, challenger=NEW, said="Accepted: better.")
    shown = page(olga, f"/models/{NEW}/")
    for words in ("812 posts", "Trained on top of", "Accepted: better.", "automatically, after"):
        assert words in shown, words


def test_a_card_that_cannot_be_read_is_said_in_words(olga: User) -> None:
    stored(NEW, card={"version": NEW, "why": "It is not a readable card."})
    assert "It is not a readable card." in page(olga, f"/models/{NEW}/")


def test_an_installation_without_models_says_what_to_expect(olga: User) -> None:
    assert "appears here within a minute" in page(olga)


def test_a_model_is_put_in_the_shadow_and_taken_out_again(olga: User) -> None:
    stored(OLD)
    stored(NEW, in_use=True)
    desk = at_desk(olga)
    assert desk.post(f"/models/{NEW}/shadow/").status_code == 404, "it judges already"
    said = desk.post(f"/models/{OLD}/shadow/", follow=True).content.decode()
    assert f"Shadow model: {OLD}" in said
    assert "Nobody has labelled any of these posts yet" in said
    assert "Shadow stopped." in desk.post("/models/shadow/end/", follow=True).content.decode()
    assert (
        "No shadow model is running."
        in desk.post("/models/shadow/end/", follow=True).content.decode()
    )
    assert not Shadow.objects.get().running


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [(1, 2, "too even to say who is better"), (0, 8, "the shadow is better"),
     (9, 1, "the model in use is better")],
)  # fmt: skip
def test_who_was_right_is_said_in_words(olga: User, one: int, other: int, words: str) -> None:
    shadow = Shadow.objects.create(version=OLD, user=olga)
    for number in range(one + other):
        item = arrive()
        verdict = Verdict.objects.get(post=item.latest_post)
        right, wrong = verdict.queue, "promo"
        read = right if number < one else wrong
        ShadowVerdict.objects.create(
            shadow=shadow, verdict=verdict, queue=wrong, intent="lead", confidence=0.9,
            target=wrong, champion_target=right,
        )  # fmt: skip
        Reading.objects.create(
            post=verdict.post, post_version=1, verdict=verdict, user=olga, lane="sample",
            intent=verdict.intent if read == right else "lead", queue=read,
        )  # fmt: skip
    shown = page(olga)
    assert words in shown
    assert f"was right about {one} and the shadow alone about {other}" in shown
    assert "0%" in shown


def drift(lang: str, **fields: Any) -> Drift:
    values = {"chance": 0.4, "effect": 0.03, "said": f"little in {lang}"} | fields
    return Drift.objects.create(
        channel=watch(), lang=lang, model=NEW, before=1200, now=300, statistic=4.0, **values
    )


def test_drift_stands_with_its_size_the_largest_first(olga: User) -> None:
    drift("en")
    drift("de", effect=0.23, chance=1e-9, drifting=True)
    shown = page(olga)
    assert shown.index("little in de") < shown.index("little in en")
    for words in ('<span class="mark-of late">0.23</span>', "&lt;0.001", "0.400"):
        assert words in shown, words


def input_drift(lang: str, **fields: Any) -> InputDrift:
    values = {"chance": 0.7, "words": [], "drifting": False} | fields
    return InputDrift.objects.create(
        channel=watch(), lang=lang, before=1200, now=300, tested=512,
        length_before=64, length_now=71, length_effect=0.54, length_chance=0.02, **values,
    )  # fmt: skip


def test_what_people_write_otherwise_is_named_with_its_shares(olga: User) -> None:
    input_drift("en")
    input_drift("de", words=[["#start<b>", 0, 42], ["alt", 600, 30]], chance=1e-9, drifting=True)
    shown = page(olga)
    for words in (
        '?q=%23start%3Cb%3E"><bdi>#start&lt;b&gt;</bdi></a>&nbsp;0%&nbsp;→&nbsp;14%, ',
        "<bdi>alt</bdi></a>&nbsp;50%&nbsp;→&nbsp;10%",
        "none of 512 words",
        '71 characters<span class="hint">64 before</span>',
        '<span class="mark-of late">changed</span>',
    ):
        assert words in shown, words
    assert shown.index("#start") < shown.index("none of 512 words")


def test_before_anything_can_be_compared_it_says_what_is_needed(olga: User) -> None:
    assert page(olga).count("Not enough data yet") == 2


def test_the_page_says_when_a_worker_trains_by_itself(olga: User, settings: Settings) -> None:
    given = settings.ENVIRONMENT
    settings.ENVIRONMENT = replace(given, train_after=200, train_at=(6, 180))
    assert "Trains automatically after 200 new labels and on Sunday " in page(olga)
    assert "at 03:00 (UTC) if there are new labels." in page(olga)
    settings.ENVIRONMENT = replace(given, train_after=0, train_at=None)
    assert "Automatic training is off." in page(olga)


def test_who_puts_a_model_in_use_stands_in_the_log(olga: User) -> None:
    stored(OLD)
    desk = at_desk(olga)
    desk.post(f"/models/{OLD}/use/")
    desk.post("/models/back/")
    desk.post("/models/back/")  # it is being done already
    told = AuditEntry.objects.filter(event__startswith="model").order_by("id")
    assert list(told.values_list("event", "actor", "target")) == [
        ("model_used", "olga", OLD),
        ("model_back", "olga", ""),
    ]


def test_the_metrics_tell_of_model_trainings_and_drift(db: None) -> None:
    stored(NEW, in_use=True)
    refused()
    drift("en")
    input_drift("de", words=[["neu", 0, 9]], drifting=True)
    told = Client().get("/metrics").content.decode()
    assert f'triage_model_in_use{{model="{NEW}"}} 1.0' in told
    assert 'triage_trainings{state="refused"} 1.0' in told
    assert 'triage_drift{channel="X mentions",lang="en"} 0.03' in told
    assert 'triage_input_drift{channel="X mentions",lang="de"} 1.0' in told
    assert 'triage_input_drift_words{channel="X mentions",lang="de"} 1.0' in told
    assert 'triage_input_drift_longer{channel="X mentions",lang="de"} 0.54' in told


@pytest.mark.parametrize("address", ["/models/", f"/models/{OLD}/"])
def test_only_ops_and_admins_see_models(
    address: str, olga: User, ada: User, alice: User, charlie: User
) -> None:
    stored(OLD)
    for user, status in ((olga, 200), (ada, 200), (alice, 404), (charlie, 404)):
        assert at_desk(user).get(address).status_code == status
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize("act", ["train/", "back/", f"{OLD}/use/"])
def test_only_ops_and_admins_change_them(act: str, olga: User, alice: User) -> None:
    stored(OLD)
    assert at_desk(alice).post(f"/models/{act}").status_code == 404
    assert not Training.objects.exists()
    assert not Switch.objects.exists()
    assert at_desk(olga).get(f"/models/{act}").status_code == 405
    assert at_desk(olga).post(f"/models/{act}").status_code == 302


def test_the_page_costs_the_same_however_much_was_tried(
    olga: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(15):
        refused(user=olga)
        stored(f"2026-03-03-{number:08x}")
        Switch.objects.create(user=olga)
        input_drift(f"l{number}")
        drift(f"l{number}")
    Shadow.objects.create(version=OLD, user=olga)
    desk = at_desk(olga)
    desk.get("/models/")  # the first page of all takes the shipped policy
    with django_assert_max_num_queries(15):
        desk.get("/models/")
