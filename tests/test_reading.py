"""Files of posts: what becomes a post, what is reported with its number, what is left for later."""

import io
import tracemalloc
from pathlib import Path

import pytest

from triage.posts import Post
from triage.walk.bytelines import LINE_LIMIT
from triage.walk.reading import BadLine, Position, read_lines, read_posts

GOOD = '{"id": "1", "text": "where is my parcel"}\n'


def posts_of(data: str | bytes, format: str | None = None) -> list[tuple[int, Post] | BadLine]:
    raw = data.encode("utf-8") if isinstance(data, str) else data
    return list(read_posts(io.BytesIO(raw), format))


def test_each_line_of_jsonl_becomes_a_post_with_its_number() -> None:
    first, second = posts_of(GOOD + "\n" + '{"id": 2, "text": "hi", "author": "ann", "mood": "x"}')
    assert first == (1, Post(id="1", text="where is my parcel", raw=first[1].raw))
    assert (second[0], second[1].id, second[1].author) == (3, "2", "ann")
    assert second[1].raw["mood"] == "x"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{oops}", "not JSON"),
        ("[1, 2]", "a post is a JSON object, this is a list"),
        ("null", "a post is a JSON object, this is null"),
        ('{"id": "2"}', "the post has no text"),
        ('{"text": "no id"}', "the post has no id"),
        ('{"id": NaN, "text": "x"}', "the post has no id"),
        ('{"id": "2", "text": 7}', "text must be a text"),
        ('{"id": "2", "text": "x", "created_at": "soon"}', "created_at"),
        ('{"id": ' + "9" * 5000 + ', "text": "x"}', "not JSON that can be read"),
        ("[" * 10_000 + "]" * 10_000, "nested too deep"),
        (
            '{"id": "2", "text": "x", "more": ' + '{"a":' * 10_000 + "1" + "}" * 10_001,
            "too deep",
        ),
    ],
)
def test_a_bad_line_is_reported_with_its_number_and_the_rest_goes_on(
    line: str, reason: str
) -> None:
    first, bad, last = posts_of(GOOD + line + "\n" + GOOD)
    assert first[1] == last[1]
    assert isinstance(bad, BadLine)
    assert (bad.line, bad.raw[:20]) == (2, line[:20])
    assert reason in bad.reason


def test_a_line_beyond_the_limit_is_reported_without_being_held_in_memory() -> None:
    long = b'{"id": "2", "text": "' + b"x" * (LINE_LIMIT + 10) + b'"}\n'
    first, bad, last = posts_of(GOOD.encode() + long + GOOD.encode())
    assert (first[0], last[0]) == (1, 3)
    assert bad.reason == "the line is longer than 16 MiB"
    assert len(bad.raw) < 100_000


def test_a_line_of_ten_megabytes_is_a_post() -> None:
    text = "x" * 10_000_000
    [(number, post)] = posts_of('{"id": "1", "text": "' + text + '"}')
    assert (number, len(post.text)) == (1, 10_000_000)


def test_broken_utf8_is_replaced_and_said_so() -> None:
    [(_, post)] = posts_of(b'{"id": "1", "text": "caf\xe9 \xf0\x9f\x98\x80"}\n')
    assert post.text == "caf\N{REPLACEMENT CHARACTER} \N{GRINNING FACE}"
    assert post.cleaned


def test_a_byte_order_mark_and_windows_line_ends_are_no_part_of_the_data() -> None:
    [(_, post)] = posts_of(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert post.id == "1"


def test_a_line_separator_inside_a_text_does_not_end_the_line() -> None:
    [(_, post)] = posts_of('{"id": "1", "text": "a\u2028b"}\n')
    assert post.text == "a\u2028b"


def test_csv_takes_its_names_from_the_first_line_and_an_empty_cell_is_null() -> None:
    first, second = posts_of('\ufeffID,text,author,lang\n1,"a, ""b""\nc",,de\r\n\n2,x\n')
    assert first[0] == 2
    assert (first[1].id, first[1].text) == ("1", 'a, "b"\nc')
    assert (first[1].author, first[1].lang) == (None, "de")
    assert (second[0], second[1].text, second[1].lang) == (5, "x", None)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_with_the_separator_of_its_first_line(delimiter: str) -> None:
    rows = "id,author,text\n1,ann,hello\n".replace(",", delimiter)
    [(_, post)] = posts_of(rows)
    assert (post.id, post.author, post.text) == ("1", "ann", "hello")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2,", "the post has no text"),
        (",hi", "the post has no id"),
        ("2,a,b", "3 cells where the first line names 2"),
        ('2,"never closed', "a quoted cell is never closed"),
    ],
)
def test_a_bad_row_is_reported_and_the_rows_behind_it_are_read(row: str, reason: str) -> None:
    first, bad, *rest = posts_of(f"id,text\n1,a\n{row}\n3,c\n4,d\n")
    assert first[1].id == "1"
    assert isinstance(bad, BadLine)
    assert (bad.line, bad.raw) == (3, row)
    assert reason in bad.reason
    assert [(number, post.id) for number, post in rest] == [(4, "3"), (5, "4")]


def test_csv_without_the_needed_columns_says_so_once() -> None:
    [bad] = posts_of("name,message\na,b\nc,d\n")
    assert (bad.line, bad.reason) == (
        1,
        "the first line must name the columns; missing: id, text",
    )


def test_a_format_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="it must be jsonl or csv"):
        posts_of(GOOD, "xml")


def test_the_name_of_a_file_tells_its_format(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,text\n1,x\n")
    (tmp_path / "a.jsonl").write_text(GOOD)
    assert [number for number, _ in read_posts(tmp_path / "a.csv")] == [2]
    assert [number for number, _ in read_posts(str(tmp_path / "a.jsonl"))] == [1]


def test_a_text_stream_is_read_as_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(GOOD.encode() + b'{"id": "2", "text": "\xff"}')
    with open(tmp_path / "a", encoding="utf-8") as stream:
        assert [found[0] for found in read_posts(stream)] == [1, 2]


def test_a_hundred_thousand_lines_take_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    with open(path, "w") as out:
        out.writelines(f'{{"id": "{n}", "text": "post {n}"}}\n' for n in range(100_000))
    tracemalloc.start()
    assert sum(1 for _ in read_posts(path)) == 100_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


def test_reading_goes_on_where_a_record_ended(tmp_path: Path) -> None:
    for name, data in {
        "a.jsonl": GOOD + GOOD.replace('"1"', '"2"') + GOOD.replace('"1"', '"3"'),
        "a.csv": 'id,text\n1,x\n2,"a\nb"\n3,z\n',
    }.items():
        (tmp_path / name).write_text(data)
        whole = list(read_lines(tmp_path / name))
        assert [record.found.id for record in whole] == ["1", "2", "3"]
        for at, record in enumerate(whole):
            assert list(read_lines(tmp_path / name, record.after)) == whole[at + 1 :]


def test_a_line_end_that_comes_later_does_not_shift_the_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(GOOD.strip())
    [first] = read_lines(path)
    path.write_text(GOOD + GOOD)
    [second] = read_lines(path, first.after)
    assert (first.line, second.line) == (1, 2)


def test_a_bad_first_line_of_csv_is_said_only_once(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("name\nann\n")
    [bad] = read_lines(path)
    assert list(read_lines(path, bad.after)) == []


@pytest.mark.parametrize(
    ("name", "data", "ended"),
    [
        ("a.jsonl", GOOD, True),
        ("a.jsonl", GOOD.strip(), False),
        ("a.jsonl", '{"id": "1", "te', False),
        ("a.csv", "id,text\n1,x\n", True),
        ("a.csv", "id,text\n1,x", False),
        ("a.csv", 'id,text\n1,"half\n', False),
    ],
)
def test_a_record_says_whether_the_file_stops_inside_it(
    tmp_path: Path, name: str, data: str, ended: bool
) -> None:
    (tmp_path / name).write_text(data)
    [record] = read_lines(tmp_path / name, Position())
    assert record.ended is ended


def test_an_empty_file_has_no_posts(tmp_path: Path) -> None:
    for name in ("a.jsonl", "a.csv"):
        (tmp_path / name).write_bytes(b"")
        assert list(read_posts(tmp_path / name)) == []
    assert posts_of(b"") == []
