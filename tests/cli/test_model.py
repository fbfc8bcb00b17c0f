"""`triage train`, `evaluate` and `model`: the classifier from the command line."""

import json
import shutil
from pathlib import Path

import pytest

from models import read_examples, registry, starter_paths, train
from tests.cli.conftest import Command
from tests.domain import making
from triage.tables import AuditEntry, StoredModel, Switch, Training, User
from triage.vocabulary import INTENTS, routes

pytestmark = pytest.mark.django_db

SHIPPED = registry.shipped_path()
UNKNOWN = "2020-01-01-00000000"


@pytest.fixture(scope="session")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some labelled posts of the starter corpus, and two lines that are none."""
    lines = [line for path in starter_paths() for line in path.read_text().splitlines()[:16]]
    file = tmp_path_factory.mktemp("labelled") / "posts.jsonl"
    file.write_text(
        "\n".join([*lines, "{oops", json.dumps({"id": 1, "text": "x", "intent": "rant"})])
    )
    return file


@pytest.fixture(scope="session")
def stored(tmp_path_factory: pytest.TempPathFactory, labelled: Path) -> Path:
    """A models directory with one model that has learnt from a few posts."""
    root = tmp_path_factory.mktemp("stored") / "models"
    examples, _ = read_examples([labelled], intents=INTENTS)
    registry.use(root, registry.save(train(examples[::2], routes=routes()), root))
    return root


@pytest.fixture
def trained(triage: Command, models_dir: Path, stored: Path) -> str:
    """The version of the one model that this installation has, and uses."""
    shutil.copytree(stored, models_dir)
    version = registry.current(models_dir)
    assert version is not None
    return version


def test_a_model_is_trained_and_put_in_use(
    triage: Command, models_dir: Path, labelled: Path
) -> None:
    said = triage("train", "--no-starter", "--data", str(labelled), "--json")
    [data] = said.data
    assert (data["rejected"], data["in_use"]) == (2, True)
    assert data["examples"] > 100
    assert "posts.jsonl, line" in said.err
    assert registry.current(models_dir) == data["model"]


def test_a_trained_model_is_listed_shown_and_in_use(
    triage: Command, models_dir: Path, trained: str
) -> None:
    [data] = triage("model", "list", "--json").data
    assert (data["model"], data["in_use"]) == (trained, True)
    assert triage("model", "list").out.startswith(f"* {trained}  ")
    for arguments in ((), (trained,)):
        [card] = triage("model", "show", *arguments, "--json").data
        assert card["version"] == trained
    assert json.loads(triage("model", "show").out)["version"] == trained
    assert registry.current(models_dir) == trained


def test_a_model_is_told_with_its_card_and_how_it_was_let_in(triage: Command, trained: str) -> None:
    why = "Accepted: on 48 held-out posts it is better."
    row = Training.objects.create(
        state=Training.State.PROMOTED, cause=Training.Cause.BUTTON, challenger=trained, said=why,
        finished_at="2026-03-02T10:00:00Z",
    )  # fmt: skip
    [listed] = triage("model", "list", "--json").data
    assert (listed["stored"], listed["card"]["version"]) == (True, trained)
    said = triage("model", "show", "--json")
    [card] = said.data
    assert (card["in_use"], card["stored"], card["routes"]) == (
        True,
        True,
        listed["card"]["routes"],
    )
    assert f"{trained} is in use. Training {row.pk}: " in said.err
    assert why in said.err


def test_a_model_whose_files_are_gone_keeps_its_card(
    triage: Command, models_dir: Path, trained: str
) -> None:
    StoredModel.objects.create(version=UNKNOWN, card={"version": UNKNOWN, "bytes": 4})
    listed = {row["model"]: row for row in triage("model", "list", "--all", "--json").data}
    assert {name: row["stored"] for name, row in listed.items()} == {trained: True, UNKNOWN: False}
    told = triage("model", "list", "--all").out
    assert f"  {UNKNOWN}  ?  learnt from ? posts  its files are gone" in told
    assert [row["model"] for row in triage("model", "list", "--json").data] == [trained]
    said = triage("model", "show", UNKNOWN, "--json")
    assert said.data == [{"version": UNKNOWN, "bytes": 4, "in_use": False, "stored": False}]
    assert "its files are gone" in said.err
    assert triage("model", "use", UNKNOWN, code=1).sentence
    assert registry.current(models_dir) == trained


def test_the_log_says_who_put_a_model_in_use_and_who_went_back(
    triage: Command, second: str
) -> None:
    olga = User.objects.create(username="olga", teams=["ops"])
    triage("model", "use", second, "--user", "olga")
    triage("model", "rollback")
    told = AuditEntry.objects.order_by("id").values_list("event", "actor", "target")
    assert list(told) == [
        ("training_asked", "command line", f"training {Training.objects.get().pk}"),
        ("model_used", "olga", second),
        ("model_back", "command line", ""),
    ]
    asked = Switch.objects.order_by("id").values_list("version", "user", "done")
    assert list(asked) == [(second, olga.pk, True), ("", None, True)]


def test_a_switch_that_is_refused_leaves_the_log_alone(
    triage: Command, models_dir: Path, trained: str
) -> None:
    User.objects.create(username="bob", teams=["community"])
    for arguments, words in (
        (("use", UNKNOWN), UNKNOWN),
        (("use", trained, "--user", "zoe"), "nobody called 'zoe'"),
        (("use", trained, "--user", "bob"), "neither of ops nor an admin"),
        (("rollback", "--user", "bob"), "neither of ops nor an admin"),
        (("rollback",), "No earlier model"),
    ):
        assert words in triage("model", *arguments, code=1).sentence
    assert not AuditEntry.objects.exists()
    assert registry.current(models_dir) == trained


def test_it_judges_and_is_measured(triage: Command, trained: str, labelled: Path) -> None:
    said = triage("classify", "--json", stdin='{"id": 1, "text": "where is my order?"}')
    assert said.data[0]["model"] == trained
    said = triage("evaluate", str(labelled), "--json")
    [result] = said.data
    assert result["model"] == trained
    assert 0 <= result["queue"]["accuracy"] <= 1
    words = triage("evaluate", str(labelled)).out
    assert "queue accuracy" in words
    assert "95% interval" in words


@pytest.fixture
def second(triage: Command, trained: str, labelled: Path, tmp_path: Path) -> str:
    """The version of another model that is stored, and not in use."""
    fewer = tmp_path / "fewer.jsonl"
    fewer.write_text("\n".join(labelled.read_text().splitlines()[:60]))
    [data] = triage(
        "train", "--no-starter", "--keep", "--unproven", "--data", str(fewer), "--json"
    ).data
    assert data["in_use"] is False
    return str(data["model"])


def test_going_back_and_forth(triage: Command, models_dir: Path, trained: str, second: str) -> None:
    assert triage("model", "rollback", code=1).sentence.startswith("No earlier model was in use")
    assert registry.current(models_dir) == trained
    assert triage("model", "use", second).err == f"{second} is in use.\n"
    assert registry.current(models_dir) == second
    assert triage("model", "rollback").err == f"{trained} is in use again.\n"
    assert registry.current(models_dir) == trained


@pytest.mark.parametrize("version", [UNKNOWN, "latest", "../../etc", ""])
def test_a_model_that_is_not_there_is_refused(
    triage: Command, models_dir: Path, version: str
) -> None:
    for act in ("use", "show") if version else ("use",):
        assert triage("model", act, version, code=1).sentence


def test_without_a_model_it_is_said_so(triage: Command, models_dir: Path, labelled: Path) -> None:
    assert triage("model", "list").err == "No model yet; run `triage train`.\n"
    assert triage("model", "list", "--json").out == ""
    assert triage("model", "show", code=1).sentence == "no model is in use; run `triage train`"
    assert triage("evaluate", str(labelled), code=1).sentence.startswith("no model is in use")


def test_a_damaged_model_is_refused_and_another_stays_in_use(
    triage: Command, models_dir: Path, trained: str
) -> None:
    broken = models_dir / UNKNOWN
    broken.mkdir()
    (broken / "card.json").write_text("{}")
    (broken / "model.skops").write_bytes(b"\x80\x04\x95 a pickle")
    assert triage("model", "use", UNKNOWN, code=1).sentence
    assert registry.current(models_dir) == trained
    listed = triage("model", "list", "--json").data
    assert {data["model"]: data["in_use"] for data in listed} == {trained: True, UNKNOWN: False}


@pytest.mark.parametrize(
    "lines",
    ["", "{oops\n", '{"id": 1, "text": "x", "intent": "lead"}\n' * 50, '{"id": 1}\n'],
    ids=["empty", "broken", "one intent", "no label"],
)
def test_posts_that_make_no_model_are_refused(
    triage: Command, models_dir: Path, tmp_path: Path, lines: str
) -> None:
    (tmp_path / "few.jsonl").write_text(lines)
    said = triage("train", "--no-starter", "--data", str(tmp_path / "few.jsonl"), "--json", code=1)
    assert said.sentence.startswith("nothing was trained: ")
    assert said.out == ""
    assert registry.versions(models_dir) == []


def test_training_with_nothing_to_learn_puts_the_shipped_model_in_use(
    triage: Command, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "shipped_path", lambda: SHIPPED)
    answer = triage("train", "--json").data[0]
    assert (answer["examples"], answer["in_use"]) == (0, True)
    assert registry.current(models_dir) == answer["model"]


def test_training_learns_what_people_labelled_while_they_worked(
    triage: Command, models_dir: Path, labelled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "shipped_path", lambda: SHIPPED)
    making.lesson(intent="sales")
    making.lesson(intent="")  # only the queue was said: no label of an intent
    told = triage("train", "--data", str(labelled), "--unproven", "--json").data[0]
    lines = len(labelled.read_text().splitlines()) - 2
    assert (told["examples"], told["rejected"]) == (lines + 1, 2)
