"""How the time of one batch is divided: python -m bench.stages FILE (TRIAGE_HOME says where)."""

import os
import sys
import time
from itertools import islice

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import transaction  # noqa: E402  Django must be ready first

from triage.management.database import prepare_database  # noqa: E402
from triage.posts import Post  # noqa: E402
from triage.tables import PostRow  # noqa: E402
from triage.tuning.policies import policy_in_force  # noqa: E402
from triage.walk.importing import import_channel  # noqa: E402
from triage.walk.intake import store  # noqa: E402
from triage.walk.judging import current_classifier, judge_rows  # noqa: E402
from triage.walk.placing import place  # noqa: E402
from triage.walk.reading import read_posts  # noqa: E402

PAGE, BATCH = 100, 200


def main(file: str) -> None:
    """Take a file through the stages one by one and print each one's share."""
    prepare_database()
    current_classifier()
    channel = import_channel("stages")
    spent = dict.fromkeys(("read", "store", "judge", "place"), 0.0)
    records = read_posts(file)
    total = 0
    while True:
        begun = time.perf_counter()
        page = [entry[1] for entry in islice(records, PAGE) if isinstance(entry, tuple)]
        spent["read"] += time.perf_counter() - begun
        if not page:
            break
        total += len(page)
        _store(channel, page, spent)
    _sort(spent)
    whole = sum(spent.values())
    print(f"\nshare of each stage, {total:,} posts in one process: {total / whole:,.0f} posts/s")
    for stage, seconds in spent.items():
        print(f"  {stage:<6}{seconds / whole:>6.0%}{1e6 * seconds / total:>9,.0f} µs a post")


def _store(channel, page: list[Post], spent: dict[str, float]) -> None:  # type: ignore[no-untyped-def]
    begun = time.perf_counter()
    store(channel, page)
    spent["store"] += time.perf_counter() - begun


def _sort(spent: dict[str, float]) -> None:
    policy = policy_in_force()
    while rows := list(PostRow.objects.filter(state="new").order_by("id")[:BATCH]):
        begun = time.perf_counter()
        judged = judge_rows(rows, {})
        spent["judge"] += time.perf_counter() - begun
        begun = time.perf_counter()
        with transaction.atomic():
            place(rows, judged, policy)
        spent["place"] += time.perf_counter() - begun


if __name__ == "__main__":
    main(sys.argv[1])
