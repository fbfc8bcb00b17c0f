"""How often the drift of input is told when nothing has changed, and when something has.

    python -m bench.drift [--streams 400] [--texts FILE …] [--rows 1000000]

Streams are drawn from real posts (JSONL with text, lang, source and intent; by default the
labelled posts beside the repository, and the starter corpus where they are missing). With `--rows`
it is measured instead how long a look at a channel with so many posts takes, on SQLite.
"""

import argparse
import json
import os
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import count
from pathlib import Path

os.environ.setdefault("TRIAGE_HOME", tempfile.mkdtemp(prefix="triage-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

import numpy as np  # noqa: E402  Django first
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from models.examples import starter_paths  # noqa: E402
from triage.posts import Post  # noqa: E402
from triage.tables import Channel, InputDrift, InputLook, PostRow  # noqa: E402
from triage.tuning.incoming import look_at_input  # noqa: E402
from triage.tuning.inputdrift import NOW, InputChange, input_change  # noqa: E402
from triage.tuning.voices import DAYS, Voice, told_words  # noqa: E402
from triage.walk.intake import store  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
LABELLED = [ROOT.parent / "shared" / "labelled" / name for name in ("train.jsonl", "dev.jsonl")]
SIZES = (150, 400, 1000)
"""Voices of a week."""
WEEKEND = (5, 6)
Kind = tuple[str, str]
"""Source and intent of a post."""


class Pool:
    """English posts by source and intent, as voices without a day."""

    def __init__(self, paths: list[Path]) -> None:
        self.kinds: dict[Kind, list[tuple[int, frozenset[str]]]] = {}
        for post in _posts(paths):
            told = len(post["text"]), _told(post["text"])
            self.kinds.setdefault((post.get("source") or "", post["intent"]), []).append(told)
        self.names = sorted(self.kinds)
        self.usual = np.array([len(self.kinds[name]) for name in self.names], float)
        self.usual /= self.usual.sum()

    def draw(
        self, random: np.random.Generator, mix: np.ndarray, day: int, number: int
    ) -> list[Voice]:
        """Voices of one day in this mix of kinds."""
        voices = []
        for at, times in enumerate(random.multinomial(number, mix)):
            posts = self.kinds[self.names[at]]
            voices += [Voice(day, *posts[pick]) for pick in random.integers(0, len(posts), times)]
        return voices


def main() -> None:
    """A table of false alarms, then one of what is found."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--streams", type=int, default=400)
    asked.add_argument("--texts", type=Path, nargs="*")
    asked.add_argument("--rows", type=int, default=0)
    given = asked.parse_args()
    if given.rows:
        _time_a_look(given.rows)
        return
    paths = given.texts or [path for path in LABELLED if path.exists()] or list(starter_paths())
    pool = Pool(paths)
    print(f"{sum(map(len, pool.kinds.values())):,} posts of {len(pool.names)} kinds")
    quiet, moved = ("steady", "weekends differ", "days differ", "weeks differ"), (0.03, 0.05, 0.14)
    print("nothing changes".ljust(40), *[f"{size:>6} a week" for size in SIZES])
    for name in quiet:
        found = [_share(pool, name, size, given.streams) for size in SIZES]
        print(name.ljust(40), *[f"{share:>13.2%}" for share in found])
    print("what changes".ljust(40), *[f"{size:>6} a week" for size in SIZES])
    for name in [*(f"a word in {share:.0%} of what is new" for share in moved), *MORE]:
        found = [_share(pool, name, size, given.streams // 4) for size in SIZES]
        print(name.ljust(40), *[f"{share:>13.2%}" for share in found])


MORE = ("a fifth from another source", "one day's news", "texts half as long again")


def _share(pool: Pool, name: str, size: int, streams: int) -> float:
    alarms = 0
    for seed in range(streams):
        change = _look(pool, name, size, np.random.default_rng([seed, size]))
        alarms += bool(change and change.alarming)
    return alarms / streams


def _look(pool: Pool, name: str, size: int, random: np.random.Generator) -> InputChange | None:
    voices: list[Voice] = []
    mixes = _mixes(pool, name, random)
    for day in range(DAYS):
        number = int(random.poisson(size / 7 * (0.5 if day % 7 in WEEKEND else 1.2)))
        today = pool.draw(random, next(mixes), day, number)
        voices += [_changed(voice, name, random) for voice in today] if day >= NOW else today
    return input_change(voices)


def _mixes(pool: Pool, name: str, random: np.random.Generator) -> Iterator[np.ndarray]:
    """The mix of each day: of what kinds its posts are."""
    weekend = random.dirichlet(pool.usual * 20)
    other = random.dirichlet(np.full(len(pool.usual), 0.05))
    weeks = random.dirichlet(pool.usual * 100, DAYS // 7)
    for day in range(DAYS):
        if name == "weekends differ" and day % 7 in WEEKEND:
            yield weekend
        elif name == "days differ":
            yield random.dirichlet(pool.usual * 20)
        elif name == "weeks differ":
            yield weeks[day // 7]
        elif name == "a fifth from another source" and day >= NOW:
            yield 0.8 * pool.usual + 0.2 * other
        else:
            yield pool.usual


def _changed(voice: Voice, name: str, random: np.random.Generator) -> Voice:
    if name.startswith("a word in"):
        share = float(name.split()[3].rstrip("%")) / 100
        said = frozenset({"#launch26"}) if random.random() < share else frozenset[str]()
        return voice._replace(words=voice.words | said)
    if name == "one day's news" and voice.day == NOW + 2:
        return voice._replace(words=voice.words | {"#outage"})
    if name == "texts half as long again":
        return voice._replace(length=voice.length * 3 // 2)
    return voice


def _time_a_look(rows: int) -> None:
    """The first look with its memory traced, which makes it slower, then three without."""
    now = timezone.now()
    call_command("migrate", verbosity=0)
    print(f"{_fill(rows, now):,} posts in one channel")
    tracemalloc.start()
    assert look_at_input(now=now)
    print(f"{tracemalloc.get_traced_memory()[1] / 2**20:.0f} MiB at most")
    tracemalloc.stop()
    for _ in range(3):
        InputLook.objects.all().delete()
        begun, busy = time.perf_counter(), time.process_time()
        assert look_at_input(now=now)
        passed, computed = time.perf_counter() - begun, time.process_time() - busy
        row = InputDrift.objects.get()
        voices = f"{row.before:,} and {row.now:,} voices"
        print(f"{passed:.2f} s, computing {computed:.2f} s; {voices}", flush=True)


def _fill(rows: int, now: datetime) -> int:
    """Posts of five weeks in one channel, doubled until there are so many -> their number."""
    channel = Channel.objects.create(name="bench", source="file")
    texts = [json.loads(line)["text"] for path in starter_paths() for line in path.open()]
    store(channel, [Post(id=str(at), text=text, lang="en") for at, text in enumerate(texts)])
    names = [field.column for field in PostRow._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(f'"{name}"' for name in names)
    with connection.cursor() as cursor:
        for doubling in count():
            if PostRow.objects.count() >= rows:
                break
            fresh = dict.fromkeys(("external_id", "conversation"), f"'{doubling}/' || id")
            values = ", ".join(fresh.get(name, f'"{name}"') for name in names)
            cursor.execute(f"INSERT INTO triage_post ({columns}) SELECT {values} FROM triage_post")
        start = now - timedelta(days=DAYS)
        cursor.execute(
            "UPDATE triage_post SET posted_at = strftime('%%Y-%%m-%%d %%H:%%M:%%f', %s, "
            "'+' || (id * 7919 %% %s) || ' seconds')",
            [f"{start:%Y-%m-%d %H:%M:%S}", DAYS * 86_400],
        )
    return PostRow.objects.count()


def _posts(paths: list[Path]) -> Iterator[dict[str, str]]:
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            post = json.loads(line)
            if (post.get("lang") or "en") == "en":
                yield post


@lru_cache(maxsize=50_000)
def _told(text: str) -> frozenset[str]:
    return told_words(text)


if __name__ == "__main__":
    main()
