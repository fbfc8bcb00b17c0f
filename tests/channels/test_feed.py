"""RSS and Atom: short feeds; entries, marks of the last answer, what is no feed."""

from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

import pytest

from tests.channels.server import Platform, Reply
from workers.channels.base import Config, Page, Refused, SourceError, Throttled, Unreachable
from workers.channels.feed import FeedSource

PATH = "/blog/feed.xml"
XML = {"Content-Type": "application/rss+xml; charset=utf-8"}


def source(platform: Platform, **settings: str) -> FeedSource:
    settings = {"url": platform.url + PATH, **settings}
    return FeedSource(Config("f-test", "Acme", "public", settings))


def item(number: int, **more: str) -> str:
    fields = {
        "title": f"entry {number}",
        "link": f"https://blog.example/{number}",
        "guid": f"https://blog.example/?p={number}",
        "pubDate": "Sat, 21 Nov 2026 10:00:00 GMT",
        "description": f"<p>text <b>{number}</b></p>",
        **more,
    }
    inside = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in fields.items() if text)
    return f"<item>{inside}</item>"


def rss(*items: str, title: str = "A blog", more: str = "<language>de</language>") -> Reply:
    names = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    names += ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    head = f"<title>{escape(title)}</title>{more}"
    body = f'<rss version="2.0" {names}><channel>{head}{"".join(items)}</channel></rss>'
    return Reply(f'<?xml version="1.0" encoding="utf-8"?>{body}', 200, XML)


ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0">
<title>Notes</title><id>tag:notes</id><updated>2026-11-21T10:00:00Z</updated>
<entry><id>tag:notes,1</id><title type="html">One &amp;amp; &lt;b&gt;two&lt;/b&gt;</title>
<author><name>Ann</name><uri>https://ann.example</uri></author>
<link rel="alternate" href="/n/1#c4"/><thr:in-reply-to ref="tag:notes,0" href="/n/0"/>
<published>2026-11-21T10:00:00Z</published><updated>2026-11-21T11:00:00Z</updated>
<summary>short</summary>
<content type="html">&lt;p&gt;the whole&lt;/p&gt;&lt;script&gt;x()&lt;/script&gt;</content>
</entry></feed>"""


def ids(page: Page) -> list[str]:
    return [post.id for post in page.posts]


def test_an_rss_item_becomes_a_post_with_all_its_fields(platform: Platform) -> None:
    platform.on(PATH, rss(item(3, **{"dc:creator": "Ann"})))
    [post] = source(platform).fetch({}).posts
    assert (post.id, post.text) == ("https://blog.example/?p=3", "entry 3\n\ntext 3")
    assert (post.author, post.author_id, post.own) == ("Ann", "Ann", False)
    assert post.created_at == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert (post.url, post.lang) == ("https://blog.example/3", "de")
    assert (post.conversation, post.parent_text) == ("https://blog.example/3", None)
    assert (post.platform, post.raw["title"], post.edited_at) == ("feed", "entry 3", None)
    assert "authorization" not in platform.seen[0].headers


def test_an_atom_entry_becomes_a_post_with_all_its_fields(platform: Platform) -> None:
    platform.on(PATH, Reply(ATOM, 200, {"Content-Type": "application/atom+xml"}))
    [post] = source(platform).fetch({}).posts
    assert (post.id, post.text) == ("tag:notes,1", "One & two\n\nthe whole")
    assert (post.author, post.author_id) == ("Ann", "https://ann.example")
    assert post.created_at == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert post.edited_at == datetime(2026, 11, 21, 11, tzinfo=UTC)
    assert (post.url, post.conversation) == (f"{platform.url}/n/1#c4", f"{platform.url}/n/1")
    assert post.in_reply_to == "tag:notes,0"


@pytest.mark.parametrize(
    ("title", "feed_title", "text", "what", "who"),
    [
        ("Comment on A by product by Bo", "Comments for a blog", "text 3", "A by product", "Bo"),
        ("Comment on: A product by: Bo", "All", "text 3", "A product", "Bo"),
        ("By: Bo", "Comments on: A product", "text 3", "A product", "Bo"),
        ("By the way", "A blog", "By the way\n\ntext 3", None, None),
        ("By: Bo", "A blog", "By: Bo\n\ntext 3", None, None),
        ("Comment on life", "A blog", "Comment on life\n\ntext 3", None, None),
    ],
)
def test_a_comment_carries_what_it_comments(
    platform: Platform, title: str, feed_title: str, text: str, what: str | None, who: str | None
) -> None:
    platform.on(PATH, rss(item(3, title=title), title=feed_title))
    [post] = source(platform).fetch({}).posts
    assert (post.text, post.parent_text, post.author) == (text, what, who)


def test_what_a_comment_feed_says_of_its_author_counts_first(platform: Platform) -> None:
    platform.on(PATH, rss(item(3, title="Comment on X by Bo", **{"dc:creator": "Bo Li"})))
    assert source(platform).fetch({}).posts[0].author == "Bo Li"


def test_the_longest_text_counts_and_the_title_is_not_doubled(platform: Platform) -> None:
    whole = {"content:encoded": "<p>text 3 and all the rest</p>"}
    platform.on(PATH, rss(item(4, title="text 4 and"), item(3, title="text 3", **whole)))
    texts = [post.text for post in source(platform).fetch({}).posts]
    assert texts == ["text 3 and all the rest", "text 4 and\n\ntext 4"]


def test_an_entry_without_id_is_told_by_link_and_title(platform: Platform) -> None:
    bare = (item(4, guid=""), item(5, guid="", link=""), item(6, guid="x" * 900))
    platform.on(PATH, rss(*bare), rss(item(7), *bare))
    first = source(platform).fetch({})
    again = source(platform).fetch(first.cursor)
    assert len(set(ids(first))) == 3
    assert all(len(each) <= 500 for each in ids(first))
    assert ids(again) == ["https://blog.example/?p=7"]


def test_an_id_is_taken_as_it_stands_and_a_link_is_made_whole(platform: Platform) -> None:
    platform.on(PATH, rss(item(3, guid="abc-3", link="/n/3"), item(4, guid="4", link="http://[")))
    second, first = source(platform).fetch({}).posts
    assert (first.id, first.url) == ("abc-3", f"{platform.url}/n/3")
    assert (second.id, second.url) == ("4", None)


def test_what_is_known_comes_again_only_when_it_has_changed(platform: Platform) -> None:
    platform.on(PATH, rss(item(4), item(3)), rss(item(4), item(3, description="better")))
    first = source(platform).fetch({})
    [again] = source(platform).fetch(first.cursor).posts
    assert ids(first) == ["https://blog.example/?p=3", "https://blog.example/?p=4"]
    assert (again.id, again.text) == ("https://blog.example/?p=3", "entry 3\n\nbetter")


def test_a_feed_without_news_costs_an_empty_answer(platform: Platform) -> None:
    marks = {"ETag": '"v1"', "Last-Modified": "Sat, 21 Nov 2026 10:00:00 GMT"}
    feed = rss(item(3))
    platform.on(PATH, Reply(feed.body, 200, {**XML, **marks}), Reply("", 304), rss(item(4)))
    first = source(platform).fetch({})
    second = source(platform).fetch(first.cursor)
    assert (second.posts, second.more, second.cursor) == ((), False, first.cursor)
    assert ids(source(platform).fetch(second.cursor)) == ["https://blog.example/?p=4"]
    before, *later = platform.seen
    assert "if-none-match" not in before.headers
    assert [seen.headers["if-none-match"] for seen in later] == ['"v1"', '"v1"']
    assert [seen.headers["if-modified-since"] for seen in later] == [marks["Last-Modified"]] * 2


def test_what_is_not_well_formed_is_read_as_far_as_it_goes(platform: Platform) -> None:
    body = str(rss(item(3), item(4)).body)
    platform.on(PATH, Reply(body.replace("</channel></rss>", "<item><title>& <oops"), 200, XML))
    assert {"https://blog.example/?p=3", "https://blog.example/?p=4"} <= set(
        ids(source(platform).fetch({}))
    )


def test_a_feed_in_another_encoding_is_read(platform: Platform) -> None:
    body = str(rss(item(3, title="Größe")).body).replace('encoding="utf-8"', 'encoding="latin-1"')
    platform.on(PATH, Reply(body.encode("latin-1"), 200, {"Content-Type": "text/html"}))
    assert source(platform).fetch({}).posts[0].text.startswith("Größe")


def test_an_empty_feed_is_a_feed(platform: Platform) -> None:
    platform.on(PATH, rss(), rss(item(3)))
    page = source(platform).fetch({})
    assert page.posts == ()
    assert ids(source(platform).fetch(page.cursor)) == ["https://blog.example/?p=3"]


def test_an_entry_without_words_is_set_aside_once(platform: Platform) -> None:
    platform.on(PATH, rss(item(3, title="", description=""), item(4)))
    first = source(platform).fetch({})
    again = source(platform).fetch(first.cursor)
    assert ids(first) == ["https://blog.example/?p=4"]
    assert [len(page.rejected) for page in (first, again)] == [1, 0]


def test_odd_values_in_optional_fields_do_not_lose_the_post(platform: Platform) -> None:
    platform.on(PATH, rss(item(3, pubDate="soon", link=""), more=""))
    [post] = source(platform).fetch({}).posts
    assert (post.created_at, post.lang) == (None, None)


def test_only_the_top_of_a_very_long_feed_is_read(platform: Platform) -> None:
    platform.on(PATH, rss(*(item(number) for number in range(600))))
    first = source(platform).fetch({})
    assert len(first.posts) == 500
    assert source(platform).fetch(first.cursor).posts == ()


def test_a_feed_that_would_take_long_to_parse_is_given_up(platform: Platform) -> None:
    platform.on(PATH, rss(item(3, description="x" * 6 * 1024 * 1024)), rss(item(3)))
    with pytest.raises(Unreachable, match="is larger than 5 MiB"):
        source(platform).fetch({})
    assert source(platform).fetch({}).posts


def test_our_own_entries_are_marked(platform: Platform) -> None:
    platform.on(PATH, rss(item(3, **{"dc:creator": "Ann"}), item(4, **{"dc:creator": "Bo"})))
    assert [p.own for p in source(platform, own_ids="ann").fetch({}).posts] == [False, True]


@pytest.mark.parametrize("entity", ['SYSTEM "file:///etc/passwd"', '"' + "ha" * 9 + '"'])
def test_entities_of_a_feed_are_not_followed(platform: Platform, entity: str) -> None:
    declared = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 20}">' for n in range(1, 9))
    head = f"<!DOCTYPE rss [<!ENTITY b0 {entity}>{declared}]>"
    body = str(rss(item(3)).body).replace("<rss", head + "<rss").replace("entry 3", "x &b8; &b0;")
    platform.on(PATH, Reply(body, 200, XML))
    [post] = source(platform).fetch({}).posts
    assert "root:" not in post.text
    assert len(post.text) < 1000


@pytest.mark.parametrize(
    "body",
    ["/etc/hostname", "http://127.0.0.1:1/feed", "<html><body>Hi</body></html>", "", "null", "[[["],
)
def test_a_page_that_is_no_feed_is_for_a_person_and_later_transient(
    platform: Platform, body: str
) -> None:
    platform.on(PATH, Reply(body, 200, {"Content-Type": "text/html"}), rss(item(3)))
    with pytest.raises(Refused, match="is no RSS or Atom feed; look at url"):
        source(platform).fetch({})
    page = source(platform).fetch({})
    platform.on(PATH, Reply(body), rss(item(4)))
    with pytest.raises(Unreachable, match="no feed in it"):
        source(platform).fetch(page.cursor)
    assert ids(source(platform).fetch(page.cursor)) == ["https://blog.example/?p=4"]


@pytest.mark.parametrize(
    ("reply", "error", "says"),
    [
        (Reply("", 401), Refused, "not shown without a login"),
        (Reply("", 403), Refused, "not shown without a login"),
        (Reply("", 404), Refused, "is not there"),
        (Reply("", 410), Refused, "is not there"),
        (Reply("", 418), Refused, "does not accept the request"),
        (Reply("", 429), Throttled, "asks us to wait"),
        (Reply("", 503), Unreachable, "error of its own"),
    ],
)
def test_each_error_answer_is_one_of_three_errors(
    platform: Platform, reply: Reply, error: type[SourceError], says: str
) -> None:
    platform.on(PATH, reply, rss(item(3)))
    with pytest.raises(error, match=says):
        source(platform).fetch({})
    page = source(platform).fetch({})
    platform.on(PATH, reply)
    worse = Refused if reply.status == 410 else Unreachable if error is Refused else error
    with pytest.raises(worse):
        source(platform).fetch(page.cursor)


def test_check_says_what_is_read(platform: Platform) -> None:
    platform.on(PATH, rss(item(3)))
    assert source(platform).check() == "the feed at 127.0.0.1 “A blog” has 1 entries"
    platform.on(PATH, Reply("<html></html>"))
    with pytest.raises(Refused, match="no RSS or Atom feed"):
        source(platform).check()


def test_base_url_alone_is_the_address_and_beside_url_another_server(platform: Platform) -> None:
    platform.on(PATH, rss(item(3)))
    settings: dict[str, Any] = {"base_url": platform.url + PATH}
    assert FeedSource(Config("f", None, "public", settings)).fetch({}).posts
    assert source(platform, url="https://blog.example/blog/feed.xml?a=1", base_url=platform.url)
    elsewhere = {"url": f"https://blog.example{PATH}?a=1", "base_url": platform.url}
    assert FeedSource(Config("f", None, "public", elsewhere)).fetch({}).posts
    assert platform.seen[-1].query == {"a": "1"}


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, "a feed needs url"),
        ({"url": "blog.example/feed"}, "url must begin"),
        ({"url": "file:///etc/passwd"}, "url must begin"),
        ({"url": "https://me:secret@blog.example"}, "without # and @"),
    ],
)
def test_wrong_settings_are_refused_before_anything_is_sent(
    settings: dict[str, str], says: str
) -> None:
    assert says in str(FeedSource.problem(settings, {}))
    with pytest.raises(Refused, match=says):
        FeedSource(Config("f", None, "public", settings)).fetch({})
    assert FeedSource.problem({"url": "https://blog.example/?feed=rss2"}, {}) is None
