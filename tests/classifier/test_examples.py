import json

import pytest

from models.examples import counts, read_examples, starter_paths

GOOD = {"text": "where is my order", "intent": "question", "lang": "en", "brand": "Quarry"}


@pytest.fixture
def read(tmp_path, routes):
    def write_and_read(*lines: object):
        path = tmp_path / "posts.jsonl"
        parts = [x if isinstance(x, bytes) else json.dumps(x).encode() for x in lines]
        path.write_bytes(b"\n".join(parts))
        return read_examples([path], intents=routes)

    return write_and_read


def test_a_good_line_becomes_an_example(read):
    (example,), bad = read(GOOD)
    assert not bad
    assert (example.intent, example.source) == ("question", "posts")
    assert (example.passage.brand, example.passage.kind) == ("Quarry", "public")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"text": "cut off', "it is not JSON"),
        (b"[1, 2]", "it is not a JSON object"),
        (b'\xff\xfe{"text"', "it is not UTF-8"),
        (b"[" * 100_000, "it is not JSON"),
        ({"intent": "question"}, "it has no text"),
        ({**GOOD, "text": "  "}, "it has no text"),
        ({**GOOD, "text": 7}, "it has no text"),
        ({**GOOD, "intent": "praise"}, "the intent 'praise' is not one of"),
        ({**GOOD, "intent": None}, "the intent None is not one of"),
        ({**GOOD, "also": "praise"}, "the second intent 'praise'"),
        ({**GOOD, "also": ["question"]}, "the second intent"),
        ({**GOOD, "kind": "private"}, "its kind 'private'"),
        ({**GOOD, "lang": 5}, "its lang is not text"),
        ({**GOOD, "weight": -1}, "its weight -1"),
        ({**GOOD, "weight": "2"}, "its weight '2'"),
    ],
)
def test_a_bad_line_is_reported_with_its_number_and_the_rest_goes_on(read, line, reason):
    examples, bad = read(GOOD, line, GOOD)
    assert len(examples) == 2
    assert [each.line for each in bad] == [2]
    assert bad[0].file.endswith("posts.jsonl")
    assert reason in bad[0].reason


def test_empty_lines_and_a_byte_order_mark_do_no_harm(read):
    examples, bad = read(b"\xef\xbb\xbf" + json.dumps(GOOD).encode(), b"", b"  ", GOOD)
    assert (len(examples), bad) == (2, [])


def test_a_source_in_the_row_goes_before_the_files_name(read):
    (example,), _ = read({**GOOD, "source": "survey"})
    assert example.source == "survey"


def test_a_file_that_is_not_there_is_an_error(tmp_path, routes):
    with pytest.raises(FileNotFoundError):
        read_examples([tmp_path / "none.jsonl"], intents=routes)


def test_the_starter_corpus_is_all_good(examples):
    assert len(starter_paths()) == 11
    assert len(examples) == 5600
    assert len(counts(examples)["intent"]) == 11
