"""The models page in a real browser: train, be refused with numbers, go back, try in the shadow.

What a worker does is done here by its own functions, while the page is open.
"""

from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect
from pytest_django import Settings

from models import Example, registry, train
from tests.browser.conftest import SignIn
from tests.domain import making
from tests.domain.conftest import web  # noqa: F401
from tests.domain.learning import Teach, corpus, little, teach  # noqa: F401
from tests.web.desk import arrive
from triage.tables import (
    Channel,
    Drift,
    InputDrift,
    Reading,
    StoredModel,
    Switch,
    Training,
    User,
    Verdict,
)
from triage.tuning import shadowing
from triage.tuning.retraining import carry_out
from triage.tuning.shadowing import judge_in_shadow
from triage.tuning.shelf import carry_out_switches, mirror_models
from triage.tuning.teaching import taught_examples
from triage.tuning.trainings import due_training, take_training
from triage.vocabulary import routes
from triage.walk import judging


@pytest.fixture
def root(
    tmp_path: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    little: Path,  # noqa: F811
    transactional_db: None,
) -> Path:
    """A folder of models; the one that "comes with the code" is in use and soon trained."""
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, models_dir=tmp_path / "models")
    monkeypatch.setattr(judging, "_loaded", None)
    monkeypatch.setattr(shadowing, "_loaded", None)
    monkeypatch.setattr(registry, "shipped_path", lambda: little)
    judging.current_classifier()
    mirror_models()
    return tmp_path / "models"


@pytest.fixture
def two(root: Path, corpus: list[Example]) -> tuple[str, str]:  # noqa: F811
    """The versions of the model that was in use before, and of the one that is."""
    before = registry.current(root)
    after = registry.save(train(corpus[300:500], routes=routes()), root)
    registry.use(root, after)
    mirror_models()
    assert before is not None
    return before, after


@pytest.fixture
def models(sign_in: SignIn, olga: User) -> Page:
    page = sign_in("olga")
    page.goto("/models/")
    return page


def stored(page: Page, version: str) -> Locator:
    """The row of a model in the table of those that are stored."""
    return page.get_by_role("region", name="Stored models").get_by_role("row", name=version)


def work(page: Page) -> Training:
    """Train as a worker does; each of its steps must show on the open page by itself."""
    waiting = due_training()
    assert waiting is not None
    row = take_training(waiting)
    assert row is not None
    shown = page.locator("#trainings").get_by_role("status")

    def follow(step: str) -> None:
        expect(shown).to_have_text(f"Now: {step}")

    carry_out(row, taught_examples(), tell=follow)
    row.refresh_from_db()
    return row


def test_a_training_is_asked_for_followed_and_refused_with_its_numbers(
    root: Path,
    teach: Teach,  # noqa: F811
    models: Page,
    complaints: list[str],
) -> None:
    expect(models.get_by_text("Trains automatically")).to_contain_text("at 03:00")
    teach(wrongly=True)
    models.get_by_role("button", name="Train now").click()
    trainings = models.locator("#trainings")
    expect(trainings.locator(".mark-of").first).to_have_text("Waiting for a worker")
    row = work(models)
    assert row.state == Training.State.REFUSED
    expect(trainings.locator(".mark-of").first).to_have_text("Refused")
    expect(trainings).to_contain_text(row.said)
    trainings.get_by_text("Compared on").click()
    right = trainings.get_by_role("row", name="Queue accuracy")
    for side in ("champion", "challenger"):
        expect(right).to_contain_text(f"{row.numbers[side]['queue_accuracy']:.0%}"[:-1])
    used = StoredModel.objects.get(in_use=True)
    expect(stored(models, used.version)).to_contain_text("in use")
    assert complaints == []


def test_one_press_goes_back_to_the_model_before(
    two: tuple[str, str], models: Page, complaints: list[str]
) -> None:
    before, after = two
    expect(stored(models, after)).to_contain_text("in use")
    models.get_by_role("button", name="Roll back").click()
    expect(models.locator(".notice.done")).to_contain_text("within seconds")
    assert carry_out_switches() == 1
    models.reload()
    expect(stored(models, before)).to_contain_text("Roll back")
    expect(models.locator("main")).to_contain_text(f"Olga: {before} is in use again.")
    assert Switch.objects.get().done
    assert complaints == []


def test_a_shadow_is_started_compared_and_ended(
    two: tuple[str, str],
    models: Page,
    olga: User,
    web: Channel,  # noqa: F811
) -> None:
    other, _ = two
    models.get_by_role("button", name=f"Run {other} as shadow").click()
    shadow = models.get_by_role("region", name="Shadow model")
    expect(shadow).to_contain_text("Nobody has labelled any of these posts yet")
    texts = ["where is my parcel?", "is there a price for forty bikes?", "love the new frame!"]
    making.bring(web, *[making.post(text=text, conversation=text) for text in texts])
    assert not judge_in_shadow()
    for verdict in Verdict.objects.select_related("post"):
        Reading.objects.create(
            post=verdict.post, post_version=1, verdict=verdict, user=olga, lane="sample",
            intent=verdict.intent, queue=verdict.queue,
        )  # fmt: skip
    models.reload()
    expect(shadow).to_contain_text("3 posts")
    expect(shadow.get_by_role("row", name="Same queue")).to_contain_text("%")
    expect(shadow).to_contain_text("Of 3 posts labelled by people")
    models.get_by_role("button", name="Stop shadow").click()
    expect(models.locator(".notice.done")).to_contain_text("Shadow stopped.")
    expect(shadow).to_contain_text("Stopped.")


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_both_drifts_and_the_rates_are_readable_on_any_screen(
    width: int, dark: bool, sign_in: SignIn, olga: User
) -> None:
    item = arrive()
    channel = item.channel
    InputDrift.objects.create(
        channel=channel, lang="en", before=1200, now=300, tested=512, drifting=True, chance=1e-9,
        words=[["#launch26", 0, 42], ["wheel", 600, 30]], length_before=64, length_now=71,
        length_effect=0.54, length_chance=0.02,
    )  # fmt: skip
    Drift.objects.create(
        channel=channel, lang="en", model="2026-03-01-aaaaaaaa", before=1200, now=300,
        statistic=40.0, chance=1e-9, effect=0.2, drifting=True, said="Questions: 10% before.",
    )  # fmt: skip
    page = sign_in("olga", width=width, dark=dark)
    for address, words in (
        ("/models/", "#launch26 0% → 14%"),
        ("/accuracy/", "Sent to review and handed off"),
    ):
        page.goto(address)
        expect(page.locator("main")).to_contain_text(words)
        found = Axe().run(page).response["violations"]
        assert not [each for each in found if each["impact"] in {"serious", "critical"}], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
