"""The checker: what the platform served against what is stored and where it was routed.

Our promise is that every post that a channel served is stored once and routed once. This counts
rows with plain SQL, so that it does not depend on the code that it checks.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, fields
from typing import Any

import psycopg

Query = Callable[[str], list[tuple[Any, ...]]]
"""Runs a statement on the database that is checked."""
PostId = tuple[str, str]
"""(name of the channel, the platform's id)."""

POSTS = """
    SELECT c.name, p.external_id, p.state, p.version, p.item_id,
           (SELECT COUNT(*) FROM triage_move m
            WHERE m.post_id = p.id AND m.post_version = p.version AND m."by" <> 'person')
    FROM triage_post p JOIN triage_channel c ON c.id = p.channel_id"""
ROUTED_TWICE = """
    SELECT c.name, p.external_id
    FROM triage_move m JOIN triage_post p ON p.id = m.post_id
                       JOIN triage_channel c ON c.id = p.channel_id
    WHERE m."by" <> 'person'
    GROUP BY c.name, p.external_id, m.post_version HAVING COUNT(*) > 1"""
MISCOUNTED = """
    SELECT i.id, i.posts_count, COUNT(p.id)
    FROM triage_item i LEFT JOIN triage_post p ON p.item_id = i.id
    GROUP BY i.id, i.posts_count HAVING i.posts_count <> COUNT(p.id)"""
MISPLACED = """
    SELECT i.id, i.queue, m.target FROM triage_item i JOIN triage_move m ON m.id =
        (SELECT MAX(last.id) FROM triage_move last WHERE last.item_id = i.id)
    WHERE m.target <> i.queue"""


@dataclass
class Findings:
    """What is wrong, by kind; nothing is wrong when all are empty."""

    lost: list[Any] = field(default_factory=list)  # served, not stored
    unexpected: list[Any] = field(default_factory=list)  # stored, never served
    doubled: list[Any] = field(default_factory=list)  # stored more than once
    unsorted: list[Any] = field(default_factory=list)  # stored, and not in a queue
    unrouted: list[Any] = field(default_factory=list)  # sorted, without a move
    routed_twice: list[Any] = field(default_factory=list)  # more than one move for one version
    miscounted: list[Any] = field(default_factory=list)  # items that did not count their posts
    misplaced: list[Any] = field(default_factory=list)  # items elsewhere than their last move says

    def __str__(self) -> str:
        found = {each.name: getattr(self, each.name) for each in fields(self)}
        said = [f"{len(rows)} {name}, such as {rows[:3]}" for name, rows in found.items() if rows]
        return "; ".join(said) or "nothing is wrong"


def check(query: Query, served: Collection[PostId]) -> Findings:
    """Compare the ids that were served with the rows. Order does not matter."""
    rows = query(POSTS)
    stored = Counter((name, key) for name, key, *_ in rows)
    return Findings(
        lost=sorted(set(served) - set(stored)),
        unexpected=sorted(set(stored) - set(served)),
        doubled=sorted(key for key, times in stored.items() if times > 1),
        unsorted=_those(rows, lambda state, item, _: state != "sorted" or item is None),
        unrouted=_those(rows, lambda state, _, moves: state == "sorted" and moves == 0),
        routed_twice=sorted(query(ROUTED_TWICE)),
        miscounted=sorted(query(MISCOUNTED)),
        misplaced=sorted(query(MISPLACED)),
    )


def _those(
    rows: Iterable[tuple[Any, ...]], wrong: Callable[[str, int | None, int], bool]
) -> list[PostId]:
    return sorted(
        (name, key) for name, key, state, _, item, moves in rows if wrong(state, item, moves)
    )


def query_of(url: str) -> Query:
    """Statements on the database at `url`, each over a connection of its own."""

    def query(statement: str) -> list[tuple[Any, ...]]:
        if url.startswith("sqlite"):
            return _sqlite(url.removeprefix("sqlite:///"), statement)
        with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    return query


def _sqlite(path: str, statement: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(path, timeout=20)
    try:
        with connection:
            return connection.execute(statement).fetchall()
    finally:
        connection.close()
