"""Fill the database of TRIAGE_HOME or DATABASE_URL with many items: python -m bench.many ITEMS.

Of ten items eight are resolved and two wait, of those a tenth is at risk: an inbox after a year or
two. What is resolved has an owner, the review queue is unsure, one post in 1,009 is Finnish and one
in 100,003 Icelandic. The texts are those of the starter corpus, each with an order number of its
own. The rows are made by the database itself, out of one row that the product has made, so that a
million of them takes minutes. Prints the session keys of 50 people of ops, one a line.
"""

import os
import sys
from datetime import UTC, datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management.color import no_style  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from bench.posts import BASE, EPOCH, PEOPLE, posts  # noqa: E402
from triage.finding.words import folded  # noqa: E402
from triage.management.database import prepare_database  # noqa: E402
from triage.tables import Item, Move, Person, PostRow, SearchText, User, Verdict  # noqa: E402
from triage.walk.importing import import_channel  # noqa: E402

TEXTS, USERS = 5_000, 50
LANG = "CASE WHEN i % 100003 = 9 THEN 'is' WHEN i % 1009 = 5 THEN 'fi' "
LANG += "WHEN i % 11 = 0 THEN 'de' ELSE 'en' END"
FILLED = [Person, PostRow, Item, Verdict, Move, SearchText]
"""Their rows have ids that were given; what comes later goes on behind them."""
QUEUE = "CASE WHEN i % 10 < 3 THEN 'promo' WHEN i % 10 < 7 THEN 'support' "
QUEUE += "WHEN i % 10 < 8 THEN 'review' ELSE 'archive' END"
INTENT = "CASE WHEN i % 10 < 3 THEN 'lead' WHEN i % 10 < 6 THEN 'question' "
INTENT += "WHEN i % 10 < 7 THEN 'feedback' WHEN i % 10 < 8 THEN 'sales' ELSE 'noise' END"
WAITS = "(i / 10) % 5 = 0"


def main(count: int) -> None:
    """Fill, and print the sessions."""
    prepare_database()
    sessions = [_session(number) for number in range(USERS)]
    with transaction.atomic():
        _texts()
        _rows(Person, PEOPLE, {"external_id": "'p' || i", "name": "'Person ' || i"})
        _rows(PostRow, count, _post())
        _rows(Item, count, _item())
        _rows(Verdict, count, {"post_id": f"{BASE} + i"})
        _rows(Move, count, {"item_id": f"{BASE} + i", "post_id": f"{BASE} + i"})
        found = {"item_id": f"{BASE} + i", "post_id": f"{BASE} + i"}
        found |= {"author": f"'person ' || (i % {PEOPLE})", "words": "t.words || ' o' || i"}
        _rows(SearchText, count, found)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), FILLED):
            cursor.execute(statement)
        if connection.vendor == "postgresql":  # as its autovacuum does; nobody analyses SQLite
            cursor.execute("VACUUM ANALYZE")
    print("\n".join(sessions))


def _post() -> dict[str, str]:
    made = {"external_id": "'bench-' || i", "item_id": f"{BASE} + i", "state": "'sorted'"}
    made |= {"person_id": f"{BASE} + i % {PEOPLE}", "author": f"'Person ' || (i % {PEOPLE})"}
    made |= {"text": "t.text || ' O' || i", "posted_at": _at("i * 60"), "searched_version": "1"}
    return made | {"conversation": "'bench-' || i", "lang": LANG}


def _item() -> dict[str, str]:
    resolved = f"NOT ({WAITS})"
    made = {"key": "'bench-' || i", "conversation": "'bench-' || i", "queue": QUEUE}
    made |= {"intent": INTENT, "priority": "i % 3", "posted_at": _at("i * 60")}
    made |= {"person_id": f"{BASE} + i % {PEOPLE}", "author": f"'Person ' || (i % {PEOPLE})"}
    made |= {"lang": LANG, "text": "t.text || ' O' || i", "latest_post_id": f"{BASE} + i"}
    made |= {"unsure": "i % 10 = 7", "owner_id": f"CASE WHEN {resolved} THEN {_owner()} END"}
    made |= {"status": f"CASE WHEN {resolved} THEN 'resolved' ELSE 'open' END"}
    made |= {"resolved_at": f"CASE WHEN {resolved} THEN {_at('i * 60 + 3600')} END"}
    risk = f"CASE WHEN {WAITS} AND (i / 50) % 10 = 0 THEN {_at('i * 60 + 3600')} END"
    return made | {"warn_at": risk, "due_at": risk, "confidence": "(i % 100) / 100.0"}


def _owner() -> str:
    """Who resolved an item: one of the people, in turn."""
    return f"{User.objects.order_by('pk').values_list('pk', flat=True)[0]} + i % {USERS}"


def _at(seconds: str) -> str:
    """A time, so many seconds after the first one, as the database keeps times."""
    if connection.vendor == "postgresql":
        return f"to_timestamp({EPOCH} + {seconds})"
    return f"strftime('%Y-%m-%d %H:%M:%S', {EPOCH} + {seconds}, 'unixepoch')"


def _texts() -> None:
    """The texts of the corpus by number, as they are and as the search folds them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE bench_text (n integer PRIMARY KEY, text text, words text)"
        )
        rows = [(n, post["text"], folded(post["text"])) for n, post in enumerate(posts(TEXTS))]
        cursor.executemany("INSERT INTO bench_text VALUES (%s, %s, %s)", rows)


def _rows(table: type, count: int, made: dict[str, str]) -> None:
    """Rows of a table: each like the first one, but for what is made out of its number `i`."""
    meta = table._meta  # type: ignore[attr-defined]
    made = {"id": f"{BASE} + i"} | made
    quote = connection.ops.quote_name
    columns = [field.column for field in meta.concrete_fields]
    values = [made.get(column, f"first.{quote(column)}") for column in columns]
    if connection.vendor == "postgresql":
        numbers = "generate_series(0, %s) AS numbers(i)"
    else:
        numbers = "(WITH RECURSIVE s(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM s WHERE i < %s) "
        numbers += "SELECT i FROM s) AS numbers"
    statement = f"INSERT INTO {quote(meta.db_table)} ({', '.join(map(quote, columns))}) "
    statement += f"SELECT {', '.join(values)} FROM {numbers} JOIN bench_text t "
    statement += f"ON t.n = (i * 31) % {TEXTS} CROSS JOIN {quote(meta.db_table)} first "
    statement += f"WHERE first.id = {_first(table)}"
    with connection.cursor() as cursor:
        cursor.execute(statement.replace(" % ", " %% "), [count - 1])  # the rest is placeholders


def _first(table: type) -> int:
    """One row of each table, made by the tables themselves."""
    now = datetime.fromtimestamp(EPOCH, UTC)
    channel = import_channel("bench")
    person = Person.objects.get_or_create(platform="bench", external_id="first")[0]
    item = Item.objects.get_or_create(
        channel=channel, key="first", defaults={"posted_at": now, "queue": "archive", "why": "made"}
    )[0]
    Item.objects.filter(pk=item.pk).update(status="resolved", clocked_version=1, posts_count=1)
    post = PostRow.objects.get_or_create(
        channel=channel, external_id="first", defaults={"posted_at": now, "kind": "public"}
    )[0]
    rows = {Person: person, Item: item, PostRow: post}
    if table in rows:
        return rows[table].pk
    about = {"post": post, "queue": "support", "intent": "question", "confidence": 0.9}
    makers = {
        Verdict: lambda: Verdict.objects.get_or_create(
            **about, post_version=1, model="bench", defaults={"intent_confidence": 0.9}
        ),
        Move: lambda: Move.objects.get_or_create(
            item=item, post=post, post_version=1, target="support", by="model"
        ),
        SearchText: lambda: SearchText.objects.get_or_create(item=item, post=post),
    }
    return int(makers[table]()[0].pk)


def _session(number: int) -> str:
    user = User.objects.create_user(f"bench{number}", teams=["ops"])
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


if __name__ == "__main__":
    main(int(sys.argv[1]))
