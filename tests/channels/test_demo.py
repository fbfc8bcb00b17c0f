"""The demo story is sound as data, and is told at the pace that was asked for."""

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from triage.posts import Post, from_json, safe_post
from triage.vocabulary import INTENTS, Kind
from workers.channels.base import Config, Cursor, Refused
from workers.channels.demo import NAP, OWN_AUTHOR_ID, PAGE_SIZE, DemoSource
from workers.demo_data import story

STARTER = Path(__file__).parents[2] / "models" / "starter"
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
LINES = {line["id"]: line for line in story()}
PUBLIC = [line for line in story() if line["kind"] == Kind.PUBLIC]
FORUM = [line for line in story() if line["kind"] == Kind.COMMUNITY]


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def source(clock: Clock, kind: str = Kind.PUBLIC, **settings: str) -> DemoSource:
    return DemoSource(Config(name="Demo", brand=None, kind=kind, settings=settings), now=clock)


def pull(channel: DemoSource, cursor: Cursor) -> tuple[list[Post], Cursor]:
    """Everything that is due, page by page, with cursors that went through JSON."""
    posts: list[Post] = []
    while True:
        page = channel.fetch(json.loads(json.dumps(cursor)))
        posts += page.posts
        cursor = page.cursor
        if not page.more:
            return posts, cursor


def watch(
    channel: DemoSource, clock: Clock, *, minutes: int, cursor: Cursor | None = None
) -> tuple[list[Post], Cursor]:
    """What somebody sees who pulls once a minute."""
    seen, cursor = pull(channel, cursor or {})
    for _ in range(minutes):
        clock.now += timedelta(minutes=1)
        posts, cursor = pull(channel, cursor)
        seen += posts
    return seen, cursor


def is_new(post: Post) -> bool:
    """Whether it is no edit or delete, which repeat an id on purpose."""
    return not post.edited_at and not post.deleted


def shipped_corpus() -> list[dict]:
    files = [file.read_text(encoding="utf-8") for file in STARTER.glob("*.jsonl")]
    return [json.loads(row) for text in files for row in text.split("\n") if row]


# The story as data


def test_every_line_has_its_own_id_and_time_only_moves_forward():
    assert len(LINES) == len(story()) > 260
    assert [line["at"] for line in story()] == sorted({line["at"] for line in story()})


def test_every_line_reads_as_a_post():
    for line in story():
        post = safe_post(from_json(dict(line)))
        assert not post.cleaned
        assert not post.truncated
        assert post.platform == line["channel"] == line["platform"]
        assert post.url
        assert post.url.startswith("https://demo.example/")


def test_replies_follow_what_they_answer_and_carry_its_text():
    for line in story():
        if line["in_reply_to"] and "deletes" not in line:
            parent = LINES[line["in_reply_to"]]
            versions = [parent, *(e for e in story() if e.get("edits") == parent["id"])]
            assert parent["at"] < line["at"]
            assert parent["platform"] == line["platform"]
            assert parent["conversation"] == line["conversation"]
            assert (line["parent_text"] or "") in [v["text"] for v in versions]
        elif "deletes" not in line:
            assert line["conversation"] in (line["id"], line.get("edits"))


def test_edits_and_deletes_are_by_the_author_and_come_later():
    changes = [line for line in story() if "edits" in line or "deletes" in line]
    assert any("edits" in line for line in changes)
    assert any("deletes" in line for line in changes)
    for line in changes:
        target = LINES[line.get("edits") or line["deletes"]]
        assert target["at"] < line["at"]
        assert target["author_id"] == line["author_id"]
        assert target["conversation"] == line["conversation"]


def test_every_intent_is_there_and_the_second_one_belongs_to_the_other_team():
    labelled = [line for line in story() if line["intent"]]
    counts = Counter(line["intent"] for line in labelled)
    assert set(counts) == set(INTENTS)
    assert {name for name, _ in counts.most_common(2)} == {"question", "awareness"}
    assert min(counts.values()) >= 10
    for line in labelled:
        if line["also"]:
            first, second = INTENTS[line["intent"]], INTENTS[line["also"]]
            assert first.queue(line["kind"]) != second.queue(line["kind"]), line["id"]


def test_only_the_brands_own_lines_and_deletes_have_no_intent():
    for line in story():
        assert (line["intent"] is None) == bool(line.get("own") or "deletes" in line), line["id"]
        assert bool(line.get("own")) == (line["author_id"] == OWN_AUTHOR_ID)


def test_the_story_has_what_breaks_inboxes():
    texts = [line["text"] for line in story() if "deletes" not in line]
    assert "" in texts
    assert max(map(len, texts)) > 2_500
    assert any(re.search("[\u0600-\u06ff]", text) for text in texts)
    assert {"en", "de", "fr", "es", "nl", "pt", "ar"} <= {line["lang"] for line in story()}
    assert len({line["platform"] for line in story()}) == 9
    assert any(line["author"] is None for line in story())


def test_several_people_talk_in_one_conversation_and_some_come_back():
    talk = {(line["conversation"], line["author_id"]) for line in story() if not line.get("own")}
    people = Counter(conversation for conversation, _ in talk)
    turns = Counter(
        (line["conversation"], line["author_id"]) for line in story() if not line.get("own")
    )
    assert sum(count >= 3 for count in people.values()) >= 15
    assert sum(count >= 2 for count in turns.values()) >= 30


def test_no_brand_of_the_shipped_corpus_is_named():
    brands = {row["brand"] for row in shipped_corpus() if row["brand"]}
    assert brands
    named = re.compile(rf"\b(?:{'|'.join(map(re.escape, brands))})\b")
    for line in story():
        found = named.search(f"{line['author']} {line['text']}")
        assert not found, (line["id"], found)


def test_nothing_is_copied_from_the_shipped_corpus():
    corpus = {row["text"].casefold() for row in shipped_corpus()}
    copied = [line["id"] for line in story() if line["text"].casefold() in corpus]
    assert not [name for name in copied if len(LINES[name]["text"]) > 40]


# The telling of it


def test_a_newcomer_finds_an_inbox_that_is_not_empty(clock):
    social, _ = pull(source(clock), {})
    forum, _ = pull(source(clock, Kind.COMMUNITY), {})
    assert len(social) + len(forum) == 40
    assert social
    assert forum
    dates = [post.created_at for post in social]
    assert dates == sorted(dates)
    assert NOON - timedelta(hours=3) <= dates[0] < dates[-1] < NOON
    assert dates[-1] - dates[0] > timedelta(hours=2)


def test_the_kind_of_the_channel_decides_which_posts_it_tells(clock):
    social, _ = pull(source(clock, start="999"), {})
    forum, _ = pull(source(clock, Kind.COMMUNITY, start="999"), {})
    assert [post.raw["story"] for post in social] == [line["id"] for line in PUBLIC]
    assert [post.raw["story"] for post in forum] == [line["id"] for line in FORUM]
    assert {post.kind for post in forum} == {Kind.COMMUNITY}


def test_a_channel_can_be_one_platform(clock):
    posts, _ = pull(source(clock, start="999", platforms="Mastodon, bluesky"), {})
    assert {post.platform for post in posts} == {"mastodon", "bluesky"}


def test_the_pace_is_kept(clock):
    channel, forum = source(clock, pace="10"), source(clock, Kind.COMMUNITY, pace="10")
    _seen, cursor = pull(channel, {})
    _heard, turn = pull(forum, {})
    per_minute = []
    for _ in range(30):
        clock.now += timedelta(minutes=1)
        social, cursor = pull(channel, cursor)
        talk, turn = pull(forum, turn)
        per_minute.append(len(social) + len(talk))
        dates = [post.created_at for post in social + talk if is_new(post)]
        assert all(clock.now - timedelta(minutes=1) < date <= clock.now for date in dates)
    assert sum(per_minute) == pytest.approx(300, rel=0.1)
    assert max(per_minute) <= 20
    assert len(set(per_minute)) > 3, "people do not post like a metronome"


def test_nothing_comes_twice_and_nothing_before_its_parent(clock):
    posts, _ = watch(source(clock), clock, minutes=35)
    ids = [post.id for post in posts if is_new(post)]
    assert len(ids) == len(set(ids)) >= len(PUBLIC)
    for place, post in enumerate(posts):
        if post.in_reply_to:
            assert post.in_reply_to in {earlier.id for earlier in posts[:place]}
    dates = [post.created_at for post in posts if is_new(post)]
    assert dates == sorted(dates)


def test_the_same_cursor_clock_and_seed_give_the_same_page(clock):
    _, cursor = pull(source(clock), {})
    clock.now += timedelta(minutes=3)
    assert source(clock).fetch(cursor) == source(clock).fetch(cursor)
    other = source(clock, seed="another")
    assert other.fetch(cursor) != source(clock).fetch(cursor)


def test_a_page_fetched_again_after_a_crash_has_the_same_ids(clock):
    _, cursor = pull(source(clock), {})
    clock.now += timedelta(minutes=3)
    lost = source(clock).fetch(cursor)
    clock.now += timedelta(seconds=40)
    again = source(clock).fetch(cursor)
    assert [post.id for post in again.posts][: len(lost.posts)] == [p.id for p in lost.posts]


def test_a_long_round_comes_in_pages(clock):
    page = source(clock, start="250").fetch({})
    assert len(page.posts) == PAGE_SIZE
    assert page.more
    rest = source(clock, start="250").fetch(page.cursor)
    assert not {post.id for post in page.posts} & {post.id for post in rest.posts}


def test_an_edit_and_a_delete_name_the_post_that_they_change(clock):
    posts, _ = pull(source(clock, start="999"), {})
    edit = next(post for post in posts if post.edited_at)
    gone = next(post for post in posts if post.deleted)
    assert edit.id in {post.id for post in posts if not post.edited_at}
    assert gone.id in {post.id for post in posts if not post.deleted}
    assert edit.created_at
    assert edit.created_at < edit.edited_at
    assert gone.text == ""


def test_what_the_story_expects_of_the_model_is_in_no_post(clock):
    posts, _ = pull(source(clock, start="999"), {})
    assert all(set(post.raw) == {"story", "cycle"} for post in posts)


def test_when_the_story_ends_it_begins_again_slower_with_new_ids_and_other_people(clock):
    channel = source(clock, pace="60")
    posts, _ = watch(channel, clock, minutes=16)
    first = [post for post in posts if not post.id.endswith("-c2")]
    second = [post for post in posts if post.id.endswith("-c2")]
    assert len(first) == len(PUBLIC)
    assert len(second) > 200
    by_id = {post.id: post for post in first}
    for post in second:
        line = LINES[post.raw["story"]]
        assert post.conversation.endswith("-c2")
        assert post.url.endswith("-c2")
        if not line.get("own") and not line.get("fixed"):
            assert post.author_id != by_id[post.id.removesuffix("-c2")].author_id, line["id"]
    first_pace = (first[-1].created_at - NOON) / len(first)
    second_pace = (second[-1].created_at - second[0].created_at) / len(second)
    assert second_pace > first_pace * 1.5


def test_in_a_later_cycle_people_still_call_each_other_by_name(clock):
    posts, _ = watch(source(clock, pace="60"), clock, minutes=17)
    told = {post.raw["story"]: post for post in posts if post.raw["cycle"] == 2}
    asked, answer = told["x-302"], told["x-303"]
    assert asked.author != "@hattie_on_foot"
    assert answer.text.startswith(asked.author)
    threads = {}
    for post in told.values():
        threads.setdefault((post.conversation, post.author_id), set()).add(
            LINES[post.raw["story"]]["author_id"]
        )
    assert all(len(voices) == 1 for voices in threads.values())


def test_a_story_that_nobody_watched_goes_on_where_it_stopped(clock):
    _, cursor = pull(source(clock), {})
    clock.now += NAP + timedelta(days=2)
    posts, cursor = pull(source(clock), cursor)
    assert 1 <= len(posts) <= 3
    assert clock.now - posts[0].created_at < timedelta(minutes=1)
    clock.now += timedelta(minutes=5)
    assert 20 <= len(pull(source(clock), cursor)[0]) <= 90


def test_a_clock_that_goes_back_brings_nothing_and_breaks_nothing(clock):
    _, cursor = pull(source(clock), {})
    clock.now -= timedelta(days=1)
    assert pull(source(clock), cursor) == ([], cursor)


def test_a_cursor_that_cannot_be_read_starts_the_story(clock):
    fresh = source(clock).fetch({})
    assert source(clock).fetch({"started": "yesterday"}) == fresh
    assert source(clock).fetch({"started": NOON.isoformat()}) == fresh


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"pace": "fast"}, "pace"),
        ({"pace": "0"}, "pace"),
        ({"pace": "nan"}, "pace"),
        ({"start": "-1"}, "start"),
        ({"start": "inf"}, "start"),
        ({"start": "1.5"}, "start"),
        ({"platforms": "x,telegraph"}, "telegraph"),
    ],
)
def test_a_bad_setting_is_named_and_refused(clock, settings, word):
    assert word in (DemoSource.problem(settings, {}) or "")
    with pytest.raises(Refused, match=word):
        source(clock, **settings).fetch({})


def test_good_settings_are_no_problem(clock):
    settings = {"pace": "3.5", "start": "0", "seed": "spring", "platforms": "x, forum"}
    assert DemoSource.problem(settings, {}) is None
    assert DemoSource.problem({}, {}) is None
    assert "Whimbrel" in source(clock, **settings).check()


def test_a_forum_channel_of_another_platform_says_so(clock):
    with pytest.raises(Refused, match="community"):
        source(clock, Kind.COMMUNITY, platforms="x").fetch({})


def test_the_brand_of_the_channel_wins(clock):
    channel = source(clock)
    channel.config = replace(channel.config, brand="My Bikes")
    assert channel.fetch({}).posts[0].brand == "My Bikes"
    assert source(clock).fetch({}).posts[0].brand == "Whimbrel"
