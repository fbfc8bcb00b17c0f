"""Search: the same corpus and the same queries, whichever database this suite runs on."""

import random

import pytest
from django.db import connection

from tests.web.desk import arrive, ours, sort, watch
from triage.desk.merging import merge
from triage.desk.notes import add_note
from triage.desk.tagging import tag
from triage.finding.indexing import index_new
from triage.finding.queries import read_query
from triage.finding.search import find
from triage.finding.words import folded, words
from triage.posts import Post
from triage.tables import Item, PostRow, SearchText, User
from triage.walk.intake import store

pytestmark = pytest.mark.django_db

CORPUS = {
    "refund": "Where is my refund? Order 5e2e183 has not come.",
    "refunds": "Two refunds in a week, thank you",
    "cafe": "Le Café à côté est fermé",
    "street": "Die Straße ist gesperrt, GRÜSSE",
    "japanese": "返金してください。ログインできません",
    "russian": "Когда вернут деньги за ёлку?",
    "thai": "ขอเงินคืนได้ไหม",
    "arabic": "أين طَلَبِي؟",
    "hindi": "क्षमा कीजिए, ऑर्डर कहाँ है",
    "money": "I want my money back, not a voucher",
    "back": "back to the money question, please",
    "link": "see https://example.com/help-me?x=1 #VoltBike @voltbike",
    "wide": "ＦＵＬＬ　ｗｉｄｔｈ ﬁnd",
    "number": "1e5 12e 3.14 2nd 6e2e7",
    "emoji": "🔥🔥🔥",
}
FOUND = {
    "refund": {"refund", "refunds"},
    "REFUND order": {"refund"},
    '"refund"': {"refund"},
    '"money back"': {"money"},
    "money -voucher": {"back"},
    'money -"money back"': {"back"},
    "mon": {"money", "back"},
    "mo": set(),
    "cafe cote": {"cafe"},
    "CAFÉ": {"cafe"},
    "strasse": {"street"},
    "grusse": {"street"},
    "返金": {"japanese"},
    "金返": set(),
    "ログイン": {"japanese"},
    "елку": {"russian"},
    "เงินคืน": {"thai"},
    "طلبي": {"arabic"},
    "क्षमा": {"hindi"},
    "5e2e183": {"refund"},
    "5e2": {"refund"},
    "6e2e7 12e": {"number"},
    "example.com": {"link"},
    "help-me": {"link"},
    "#voltbike": {"link"},
    "full width find": {"wide"},
    "from:@cafe": {"cafe"},
    "from:cafe refund": set(),
    'from:"mister money"': {"money"},
    "mister money": {"money", "back"},
    '"money i want"': set(),
    "-refund": set(),
    "🔥": set(),
    "": set(),
    '"': set(),
    '""" - -- from: "unclosed phrase': set(),
    '"two refunds': {"refunds"},
    "AND OR NOT NEAR( * : ^ ' \\ & | ! <-> )": set(),
    "refund OR": set(),
    "re'fund'); DROP TABLE x; --": set(),
    "\0 \x01 \ud800".encode("utf-8", "replace").decode(): set(),
}


@pytest.fixture
def corpus(db: None) -> dict[int, str]:
    """The corpus on the desk, indexed -> the name of each item by its id."""
    names = {
        arrive(text, author=f"Mister {name}", author_id=f"id-{name}", minutes=n).pk: name
        for n, (name, text) in enumerate(CORPUS.items())
    }
    index_new()
    return names


def found(typed: str) -> list[int]:
    return [hit.item.pk for hit in find(read_query(typed), Item.objects.all()).hits]


@pytest.mark.parametrize("typed", FOUND)
def test_a_query_finds_the_same_on_every_database(corpus: dict[int, str], typed: str) -> None:
    assert {corpus[pk] for pk in found(typed)} == FOUND[typed]


def test_both_databases_agree_with_a_plain_reading_of_many_queries(corpus: dict[int, str]) -> None:
    chance = random.Random(5)
    vocabulary = sorted({word.folded for text in CORPUS.values() for word in words(text)})
    texts = {name: folded(text).split() for name, text in CORPUS.items()}
    for _ in range(150):
        wanted, unwanted = chance.choice(vocabulary), chance.choice(vocabulary)
        start = wanted[: max(3, len(wanted) - chance.randrange(3))]
        expected = {
            name
            for name, has in texts.items()
            if any(word.startswith(start) if len(start) > 2 else word == start for word in has)
            and unwanted not in has
        }
        assert {corpus[pk] for pk in found(f'{start} -"{unwanted}"')} - _named(start) == (
            expected - _named(start)
        )


def _named(start: str) -> set[str]:
    """The names of authors that begin like this are found as well."""
    return {name for name in CORPUS if name.startswith(start)} | (
        set(CORPUS) if "mister".startswith(start) or "id".startswith(start) else set()
    )


def test_newer_posts_come_first_and_pages_follow_each_other(db: None) -> None:
    made = [arrive(f"parcel {n}", minutes=n).pk for n in range(7)]
    index_new()
    seen: list[int] = []
    after = 0
    for _ in range(10):
        page = find(read_query("parcel"), Item.objects.all(), after=after, size=3)
        seen += [hit.item.pk for hit in page.hits]
        after = page.after
        if not after:
            break
    assert seen == made[::-1]


def test_an_item_with_many_matching_posts_is_one_hit(db: None) -> None:
    talk = {"author": "@ann", "conversation": "c1"}
    item = arrive("parcel one", **talk)
    assert arrive("parcel two", minutes=1, **talk).pk == item.pk
    index_new()
    [hit] = find(read_query("parcel"), Item.objects.all()).hits
    assert hit.item.pk == item.pk
    assert hit.text.post is not None
    assert hit.text.post.text == "parcel two"


def test_notes_and_what_we_wrote_are_found_by_their_item(bob: User) -> None:
    item = arrive("hello", conversation="c1")
    add_note(item, bob, text="Her serial is ZX81")
    ours("We send a courier", conversation="c1", minutes=5)
    index_new()
    assert found("zx81") == [item.pk]
    assert found("courier") == [item.pk]


def test_channels_and_tags_narrow_a_search(bob: User) -> None:
    here = arrive("parcel", channel=watch("Forum", source="forum"))
    there = arrive("parcel", channel=watch("X mentions"))
    tag(here, bob, name="vip")
    index_new()
    assert found("parcel channel:for") == [here.pk]
    assert found('parcel channel:"x men"') == [there.pk]
    assert found("parcel -channel:forum") == [there.pk]
    assert found("parcel tag:#VIP") == [here.pk]
    assert found("parcel -tag:vip") == [there.pk]
    assert found("parcel tag:unknown") == []


def test_an_edit_replaces_what_can_be_found_and_a_delete_ends_it(db: None) -> None:
    item = arrive("first words", id="p1")
    index_new()
    assert found("first") == [item.pk]
    row = PostRow.objects.get(external_id="p1")
    store(row.channel, [Post(id="p1", text="other words", author=row.author)])
    row.refresh_from_db()
    sort(row, intent="question")
    index_new()
    assert found("first") == []
    assert found("other") == [item.pk]
    store(row.channel, [Post(id="p1", text="", deleted=True)])
    row.refresh_from_db()
    sort(row, intent="question")
    index_new()
    assert found("other") == []
    row.delete()
    assert not SearchText.objects.exists()


def test_what_went_into_another_item_is_found_there(bob: User) -> None:
    talk = {"author": "@ann", "author_id": "ann"}
    item, into = (
        arrive("lost parcel", conversation="a", **talk),
        arrive("x", conversation="b", **talk),
    )
    index_new()
    merge(item, bob, into=into)
    assert found("parcel") == [into.pk]


def test_indexing_again_changes_nothing(corpus: dict[int, str]) -> None:
    before = list(SearchText.objects.order_by("pk").values_list("pk", "words"))
    assert index_new() == 0
    assert list(SearchText.objects.order_by("pk").values_list("pk", "words")) == before


def test_a_common_word_costs_no_more_than_a_bounded_look(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [arrive(f"parcel {n}", minutes=n).pk for n in range(12)]
    index_new()
    monkeypatch.setattr("triage.finding.search.RARE", 5)
    monkeypatch.setattr("triage.finding.search.LOOKED_AT", 4)
    page = find(read_query("parcel"), Item.objects.all())
    assert [hit.item.pk for hit in page.hits] == made[:7:-1]
    assert (
        find(read_query("parcel"), Item.objects.all(), after=page.after).hits[0].item.pk == made[7]
    )


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the triggers are SQLite's")
def test_the_index_of_sqlite_holds_what_its_table_holds(corpus: dict[int, str]) -> None:
    SearchText.objects.filter(words__startswith="two").update(words="something else")
    SearchText.objects.filter(words__startswith="where").delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO triage_searchtext_fts (triage_searchtext_fts, rank) "
            "VALUES ('integrity-check', 1)"
        )
    assert found("something") != []
