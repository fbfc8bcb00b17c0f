"""`triage classify`: judge and store nothing, in the order of the input."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command
from tests.domain.making import judgement
from triage.tables import Channel, Item, PostRow

KEYS = [
    "id", "queue", "intent", "confidence", "intent_confidence", "unsure", "also", "because",
    "model",
]  # fmt: skip


class FirstWord:
    """A classifier that reads the first word."""

    def judge(self, passages: list[Any]) -> list[Any]:
        return [judgement(p.text, kind=p.kind, id=p.id) for p in passages]


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("triage.management.classify.current_classifier", FirstWord)


def line(id: object, text: str = "lead", **more: object) -> str:
    return json.dumps({"id": id, "text": text} | more) + "\n"


@pytest.mark.usefixtures("fast")
def test_judgements_have_the_promised_shape_and_nothing_is_stored(triage: Command) -> None:
    [data] = triage("classify", "-", "--json", stdin=line(1, "question now")).data
    assert list(data) == KEYS
    assert data == {
        "id": "1", "queue": "support", "intent": "question", "confidence": 0.95,
        "intent_confidence": 0.95, "unsure": False, "also": None, "because": ["first", "word"],
        "model": "first-word",
    }  # fmt: skip
    assert not PostRow.objects.exists()
    assert not Channel.objects.exists()
    assert not Item.objects.exists()


@pytest.mark.usefixtures("fast")
def test_the_queue_is_the_best_guess_also_when_unsure(triage: Command) -> None:
    [data] = triage("classify", "--json", stdin=line(1, "noise?")).data
    assert (data["queue"], data["unsure"]) == ("archive", True)


@pytest.mark.usefixtures("fast")
def test_an_event_goes_by_the_kind_of_the_post(triage: Command) -> None:
    posts = line(1, "event") + line(2, "event", kind="community") + line(3, "event", kind="public")
    said = triage("classify", "--json", stdin=posts)
    assert [data["queue"] for data in said.data] == ["promo", "support", "promo"]


@pytest.mark.usefixtures("fast")
@pytest.mark.parametrize("arguments", [(), ("-",)])
def test_output_comes_in_the_order_of_the_input(
    triage: Command, arguments: tuple[str, ...]
) -> None:
    ids = [str(n * 7919 % 1009) for n in range(1009)]
    said = triage("classify", *arguments, "--json", stdin="".join(map(line, ids)))
    assert [data["id"] for data in said.data] == ids


@pytest.mark.usefixtures("fast")
def test_the_same_id_twice_is_judged_twice(triage: Command) -> None:
    said = triage("classify", "--json", stdin=line(1, "lead") + line(1, "question"))
    assert [data["intent"] for data in said.data] == ["lead", "question"]


@pytest.mark.usefixtures("fast")
def test_bad_lines_are_named_the_good_ones_judged_and_the_status_says_so(triage: Command) -> None:
    posts = line(1) + "{oops\n" + line(2) + '{"id": 3}\n\n' + line(4)
    said = triage("classify", "--json", stdin=posts, code=1)
    assert [data["id"] for data in said.data] == ["1", "2", "4"]
    assert said.err.splitlines()[0].startswith("line 2: not JSON")
    assert said.err.splitlines()[1] == "line 4: the post has no text"
    assert said.sentence == "2 lines could not be read; the others were judged"


@pytest.mark.usefixtures("fast")
@pytest.mark.parametrize("stdin", ["", "\n\n", "   \n"])
def test_nothing_in_is_nothing_out(triage: Command, stdin: str) -> None:
    said = triage("classify", "--json", stdin=stdin)
    assert (said.out, said.err) == ("", "")


@pytest.mark.usefixtures("fast")
def test_csv_is_read_from_a_file_and_from_stdin(triage: Command, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,text\n1,lead\n2,question\n")
    for arguments, stdin in (
        ((str(tmp_path / "a.csv"),), ""),
        ((), "id,text\n1,lead\n2,question\n"),
    ):
        said = triage("classify", *arguments, "--json", stdin=stdin)
        assert [data["intent"] for data in said.data] == ["lead", "question"]


@pytest.mark.usefixtures("fast")
def test_for_people_it_is_one_line_a_post(triage: Command) -> None:
    said = triage("classify", stdin=line(1, "lead\n\nwhat  does it cost " * 40) + line(2, "noise?"))
    first, second = said.out.splitlines()
    assert first.startswith("promo    lead          95%    lead what does it cost")
    assert second.startswith("archive  noise         40% ?  noise?")
    assert len(first) < 130


def test_without_a_model_it_says_how_to_get_one(triage: Command, models_dir: Path) -> None:
    said = triage("classify", "--json", stdin=line(1), code=1)
    assert said.sentence == "no model is in use; run `triage train`"
    assert said.out == ""


@pytest.mark.usefixtures("shipped")
def test_the_shipped_model_judges_any_text(shell: Command) -> None:
    texts = ["Where is my parcel?", "", "   ", "12345", "🙂", "x" * 100_000, "где моя посылка",
             "\u202eevil", "a\0b", "@you " * 5_000]  # fmt: skip
    said = shell("classify", "--json", stdin="".join(line(n, t) for n, t in enumerate(texts)))
    assert [data["id"] for data in said.data] == [str(n) for n in range(len(texts))]
    for data in said.data:
        assert list(data) == KEYS
        assert 0 <= data["intent_confidence"] <= data["confidence"] <= 1
        assert data["queue"] in ("promo", "support", "archive")
    assert [data["unsure"] for data in said.data[1:5]] == [True] * 4
