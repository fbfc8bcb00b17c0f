"""Files as a channel: what is new is read once, whatever happens to the file."""

import json
import os
from pathlib import Path

import pytest

from workers.channels.base import Config, Cursor, Page, Refused, Unreachable
from workers.channels.file import PAGE_LINES, FileSource


def source(path: Path | str) -> FileSource:
    return FileSource(Config("files", "Acme", "public", {"path": str(path)}))


def pull(path: Path, cursor: Cursor | None = None) -> tuple[list[str], Cursor]:
    """Ids, and reasons of rejects, of one whole pull."""
    found: list[str] = []
    cursor, more = cursor or {}, True
    while more:
        page = source(path).fetch(json.loads(json.dumps(cursor)))
        found += [post.id for post in page.posts] + [each.reason for each in page.rejected]
        cursor, more = page.cursor, page.more
    return found, cursor


def line(number: int) -> str:
    return json.dumps({"id": str(number), "text": f"post {number}"}) + "\n"


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    path = tmp_path / "posts.jsonl"
    path.write_text(line(1) + line(2))
    return path


def test_new_lines_are_read_once(posts: Path) -> None:
    first, cursor = pull(posts)
    second, cursor = pull(posts, cursor)
    with posts.open("a") as out:
        out.write(line(3))
    third, cursor = pull(posts, cursor)
    assert (first, second, third) == (["1", "2"], [], ["3"])


def test_a_page_has_a_limited_number_of_lines(posts: Path) -> None:
    posts.write_text("".join(map(line, range(PAGE_LINES + 20))))
    first = source(posts).fetch({})
    assert (len(first.posts), first.more) == (PAGE_LINES, True)
    second = source(posts).fetch(first.cursor)
    assert (len(second.posts), second.more) == (20, False)
    assert source(posts).fetch(first.cursor) == second


def test_a_page_has_a_limited_size(posts: Path) -> None:
    long = json.dumps({"id": "1", "text": "x" * 5_000_000}) + "\n"
    posts.write_text(long * 4)
    first = source(posts).fetch({})
    assert (len(first.posts), first.more) == (2, True)


def test_a_rewritten_file_is_read_anew(posts: Path) -> None:
    _, cursor = pull(posts)
    posts.write_text(line(7) + line(8) + line(9))
    assert pull(posts, cursor)[0] == ["7", "8", "9"]
    _, cursor = pull(posts, cursor)
    posts.write_text(line(5))
    assert pull(posts, cursor)[0] == ["5"]


def test_a_file_replaced_by_one_that_goes_on_is_read_on(posts: Path, tmp_path: Path) -> None:
    _, cursor = pull(posts)
    (tmp_path / "new").write_text(line(1) + line(2) + line(3))
    os.replace(tmp_path / "new", posts)
    assert pull(posts, cursor)[0] == ["3"]


def test_a_line_that_is_still_being_written_is_left_for_the_next_pull(posts: Path) -> None:
    with posts.open("a") as out:
        out.write(line(3)[:10])
    first, cursor = pull(posts)
    with posts.open("a") as out:
        out.write(line(3)[10:] + line(4))
    second, cursor = pull(posts, cursor)
    assert (first, second) == (["1", "2"], ["3", "4"])


def test_a_last_line_without_line_end_that_is_whole_is_read(posts: Path) -> None:
    posts.write_text(line(1) + line(2).strip())
    first, cursor = pull(posts)
    with posts.open("a") as out:
        out.write("\n" + line(3))
    assert (first, pull(posts, cursor)[0]) == (["1", "2"], ["3"])


def test_a_last_row_of_csv_without_line_end_is_read_when_the_file_has_rested(
    tmp_path: Path,
) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("id,text\n1,one\n2,tw")
    first, cursor = pull(path)
    second, cursor = pull(path, cursor)
    third, cursor = pull(path, cursor)
    with path.open("a") as out:
        out.write("o\n3,three\n")
    fourth, _ = pull(path, cursor)
    assert (first, second, third, fourth) == (["1"], ["2"], [], ["2", "3"])


def test_a_bad_line_is_set_aside_with_its_number_once(posts: Path) -> None:
    deep = '{"id": "5", "text": "x", "a": ' + "[" * 10_000 + "]" * 10_000 + "}\n"
    posts.write_text(line(1) + "{oops\n" + deep + line(4))
    page = source(posts).fetch({})
    assert [post.id for post in page.posts] == ["1", "4"]
    reasons = [each.reason for each in page.rejected]
    assert reasons[0].startswith("line 2: not JSON")
    assert reasons[1] == "line 3: the JSON is nested too deep"
    assert page.rejected[0].raw == "{oops"
    assert pull(posts, page.cursor)[0] == []


def test_a_folder_is_read_file_by_file(posts: Path, tmp_path: Path) -> None:
    (tmp_path / "more.csv").write_text("id,text\n8,x\n,y\n")
    (tmp_path / "notes.txt").write_text("not for us")
    (tmp_path / ".hidden.jsonl").write_text(line(99))
    first, cursor = pull(tmp_path)
    assert sorted(first) == [
        "1",
        "2",
        "8",
        "more.csv line 3: the post has no id; give it a non-empty text as id",
    ]
    (tmp_path / "later.jsonl").write_text(line(5))
    (tmp_path / "more.csv").unlink()
    second, cursor = pull(tmp_path, cursor)
    assert second == ["5"]
    assert sorted(cursor["files"]) == ["later.jsonl", "posts.jsonl"]


def test_many_files_are_read_over_many_pages(tmp_path: Path) -> None:
    for number in range(3):
        text = "".join(line(number * 1000 + n) for n in range(400))
        (tmp_path / f"{number}.jsonl").write_text(text)
    found, cursor = pull(tmp_path)
    assert (len(found), len(set(found))) == (1200, 1200)
    assert pull(tmp_path, cursor)[0] == []


def test_a_path_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "gone.jsonl", "x\0y"):
        with pytest.raises(Refused):
            source(path).fetch({})
    with pytest.raises(Refused, match="there is no file or folder"):
        source(tmp_path / "gone.jsonl").check()
    with pytest.raises(Refused, match="say which file or folder"):
        FileSource(Config("f", None, "public", {})).fetch({})


def test_a_file_that_cannot_be_read_is_one_of_our_errors(
    posts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for raised, error in (
        (PermissionError(13, "no", "x"), Refused),
        (OSError(5, "io"), Unreachable),
    ):

        def broken(*_: object, raised: Exception = raised) -> None:
            raise raised

        monkeypatch.setattr("workers.channels.file.read_lines", broken)
        with pytest.raises(error):
            source(posts).fetch({})


def test_check_names_what_is_there(posts: Path, tmp_path: Path) -> None:
    assert source(posts).check() == f"{posts} can be read: posts.jsonl"
    assert source(tmp_path).check() == f"{tmp_path} can be read: posts.jsonl"


def test_pages_say_where_they_end(posts: Path) -> None:
    page = source(posts).fetch({})
    assert isinstance(page, Page)
    assert page.cursor["files"]["posts.jsonl"]["offset"] == posts.stat().st_size
