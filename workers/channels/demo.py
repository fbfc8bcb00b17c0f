"""The demo: one day at Whimbrel, an invented maker of e-bikes, replayed at a human pace.

No keys and no network. The story lies in workers/demo_data, one file a platform, and `at` in it
is the story's own clock. A community channel replays the forum, a public one the other
platforms; all demo channels share one pace, so that a thread and the forum's talk about it stay
in step. What the story expects of the classifier (`intent`, `also`) goes into no post.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import ClassVar
from zlib import crc32

from triage.posts import Post, read_time, safe_post
from triage.vocabulary import Act, Kind
from workers.channels.base import (
    Ability,
    Config,
    Cursor,
    Option,
    Page,
    Refused,
    Sending,
    Sent,
    Source,
)
from workers.channels.demo_replies import ACTS, ability_on, keep
from workers.demo_data import Line, cast, renamed, story

BRAND = "Whimbrel"
HANDLE = "@whimbrelbikes"
OWN_AUTHOR_ID = "whimbrelbikes"
"""The brand's own account, on every platform."""

PAGE_SIZE = 100
BURST_SPAN = timedelta(hours=3)
"""The posts that are there at once are dated over this time before the first pull."""
NAP = timedelta(hours=1)
"""A story that is further behind than this was not watched: it goes on where it stopped, so
that a computer that slept over the weekend does not wake to ten thousand posts."""
LATER_PACE = 0.5
"""The pace of every cycle after the first, as a share of the pace that is set."""

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The clock on the wall, where no other is given."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Tempo:
    """How fast the story is told: `pace` posts a minute after `start` posts at once."""

    pace: float = 12.0
    start: int = 40
    seed: str = "whimbrel"

    @classmethod
    def read(cls, settings: Mapping[str, str]) -> "Tempo":
        """The tempo that a channel's settings ask for; ValueError says what is wrong."""
        pace = _number(settings, "pace", cls().pace)
        start = _number(settings, "start", cls().start)
        if not 0.01 <= pace <= 6000:
            raise ValueError(f"pace is {pace:g}; it must be 0.01 to 6000 posts a minute")
        if not 0 <= start <= 10_000 or start != int(start):
            raise ValueError(f"start is {start:g}; it must be a whole number, 0 to 10000")
        return cls(pace, int(start), settings.get("seed") or cls().seed)

    def burst(self, cycle: int) -> int:
        """How many lines of the story are there as soon as a cycle starts."""
        return min(self.start, len(story())) if cycle == 1 else 0

    def length(self, cycle: int) -> timedelta:
        """How long a cycle takes."""
        pace = self.pace if cycle == 1 else self.pace * LATER_PACE
        return timedelta(minutes=(len(story()) - self.burst(cycle)) / pace)


def _number(settings: Mapping[str, str], key: str, default: float) -> float:
    try:
        return float(settings.get(key) or default)
    except ValueError:
        raise ValueError(f"{key} is {settings[key]!r}; it must be a number") from None


@lru_cache(maxsize=8)
def delays(tempo: Tempo, cycle: int) -> tuple[timedelta, ...]:
    """For every line of the story: how long after the start of this cycle it is due.

    The story's own gaps are kept and scaled to the pace, then each post is moved by up to nine
    tenths of the gap that follows it, by chance but for good: the order always stays.
    """
    lines, burst = story(), tempo.burst(cycle)
    told = lines[burst:]
    if not told:
        return (timedelta(),) * burst
    first, span = told[0]["at"], (told[-1]["at"] - told[0]["at"]) or 1
    scaled = [tempo.length(cycle) * ((line["at"] - first) / span) for line in told]
    moved = [
        due + (after - due) * 0.9 * _chance(tempo.seed, cycle, line["id"])
        for line, due, after in zip(told, scaled, scaled[1:] + scaled[-1:], strict=True)
    ]
    return (timedelta(),) * burst + tuple(moved)


def _chance(*parts: object) -> float:
    """A number from 0 to 1 that is the same for the same parts in every process."""
    return crc32("/".join(map(str, parts)).encode()) / 2**32


@dataclass(frozen=True, slots=True)
class Place:
    """How far a channel has told the story: the next of its lines, and when the cycle began."""

    position: int
    cycle: int
    started: datetime

    @classmethod
    def read(cls, cursor: Cursor, now: datetime) -> "Place":
        """The place that a cursor names; the start of the story where it names none."""
        started = read_time(str(cursor.get("started", "")))
        position, cycle = cursor.get("position"), cursor.get("cycle")
        if started is None or not isinstance(position, int) or not isinstance(cycle, int):
            return cls(position=0, cycle=1, started=now)
        return cls(max(position, 0), max(cycle, 1), started)

    def cursor(self) -> Cursor:
        """This place as a cursor."""
        started = self.started.isoformat()
        return {"position": self.position, "cycle": self.cycle, "started": started}


class DemoSource(Source):
    """A story in place of a platform."""

    kind: ClassVar[str] = "demo"
    title: ClassVar[str] = "Demo story"
    platform: ClassVar[str] = "demo"
    interval: ClassVar[int] = 10
    acts: ClassVar[tuple[Act, ...]] = ACTS
    idempotent: ClassVar[bool] = True
    settings: ClassVar[dict[str, Option]] = {
        "pace": Option("posts a minute, over all demo channels together", default="12"),
        "start": Option("posts that are there at once, over all demo channels", default="40"),
        "seed": Option("another word gives another timing", default="whimbrel"),
        "platforms": Option("only these, for example x,facebook; all where left out"),
    }

    def __init__(self, config: Config, *, now: Clock = utc_now) -> None:
        super().__init__(config)
        self._now = now

    @classmethod
    def problem(
        cls,
        settings: Mapping[str, str],
        secrets: Mapping[str, str],
    ) -> str | None:
        """What is wrong with a combination of settings, in one sentence; None where it is fine."""
        try:
            Tempo.read(settings)
        except ValueError as error:
            return str(error)
        known = {line["platform"] for line in story()}
        unknown = _listed(settings.get("platforms")) - known
        if unknown:
            return f"platforms names {', '.join(sorted(unknown))}; the story has {_and(known)}"
        return None

    def check(self) -> str:
        """Say what will be told here."""
        lines, tempo = self._lines(), self._tempo()
        return (
            f"{BRAND}, an invented brand: {len(lines)} of the story's {len(story())} posts, "
            f"about {tempo.pace:g} posts a minute over all demo channels; no keys needed."
        )

    def fetch(self, cursor: Cursor) -> Page:
        """The posts that are due by now, at most `PAGE_SIZE`; a story that ends begins again."""
        now, tempo, lines = self._now(), self._tempo(), self._lines()
        place = _awake(Place.read(cursor, now), tempo, lines, now)
        posts: list[Post] = []
        while len(posts) < PAGE_SIZE and _due(place, tempo, lines) <= now:
            posts.append(self._post(place, tempo, lines[place.position]))
            place = _next(place, tempo, lines)
        more = _due(place, tempo, lines) <= now
        return Page(posts=tuple(posts), cursor=place.cursor(), more=more)

    def ability(self) -> Ability:
        """What can be done on the platforms that this channel tells of."""
        return ability_on(sorted({story()[index]["platform"] for index in self._lines()}))

    def send(self, sending: Sending) -> Sent:
        """Keep it in the demo's home; nobody but us ever reads it."""
        return keep(sending)

    def _tempo(self) -> Tempo:
        problem = self.problem(self.config.settings, self.config.secrets)
        if problem:
            raise Refused(problem)
        return Tempo.read(self.config.settings)

    def _lines(self) -> Sequence[int]:
        """The lines that this channel tells, as indices of the story."""
        wanted = _listed(self.config.get("platforms"))
        lines = [
            index
            for index, line in enumerate(story())
            if line["kind"] == self.config.kind and (not wanted or line["platform"] in wanted)
        ]
        if not lines:
            place = "community" if self.config.kind == Kind.COMMUNITY else "public"
            raise Refused(f"the story has no {place} posts on {_and(wanted)}; change platforms")
        return lines

    def _post(self, place: Place, tempo: Tempo, index: int) -> Post:
        """A line of the story as the platform would have sent it in this cycle."""
        line, cycle = story()[index], place.cycle
        who = cast(cycle).get((line["platform"], line["author_id"]), line)
        target = _target(line)
        return safe_post(
            Post(
                id=_marked(target["id"], cycle),
                text=renamed(line["text"], line["platform"], cycle) or "",
                author=who["author"],
                author_id=who["author_id"],
                created_at=_dated(place, tempo, story().index(target)),
                url=_marked(line["url"], cycle),
                lang=line["lang"],
                conversation=_marked(line["conversation"], cycle),
                in_reply_to=_marked(line["in_reply_to"], cycle) or None,
                parent_text=renamed(line["parent_text"], line["platform"], cycle),
                platform=line["platform"],
                brand=self.config.brand or BRAND,
                kind=line["kind"],
                reach=who["reach"],
                own=line.get("own", False),
                deleted="deletes" in line,
                edited_at=_dated(place, tempo, index) if "edits" in line else None,
                raw={"story": line["id"], "cycle": cycle},
            )
        )


def _target(line: Line) -> Line:
    """The line that an edit or a delete is about; of any other line, the line itself."""
    name = line.get("edits") or line.get("deletes") or line["id"]
    return next(other for other in story() if other["id"] == name)


def _due(place: Place, tempo: Tempo, lines: Sequence[int]) -> datetime:
    """When the next line of a channel can be had."""
    return place.started + delays(tempo, place.cycle)[lines[place.position]]


def _next(place: Place, tempo: Tempo, lines: Sequence[int]) -> Place:
    """The place after one more line, in the next cycle where it was the last."""
    if place.position + 1 < len(lines):
        return replace(place, position=place.position + 1)
    ended = place.started + tempo.length(place.cycle)
    return Place(position=0, cycle=place.cycle + 1, started=ended)


def _awake(place: Place, tempo: Tempo, lines: Sequence[int], now: datetime) -> Place:
    """The place with the time taken out in which nobody watched; see `NAP`."""
    if place.position >= len(lines):
        place = _next(place, tempo, lines)
    late = now - _due(place, tempo, lines)
    return replace(place, started=place.started + late) if late > NAP else place


def _dated(place: Place, tempo: Tempo, index: int) -> datetime:
    """When a line says that it was written: when it is due, or earlier if it was there at once."""
    lines, burst = story(), tempo.burst(place.cycle)
    if index >= burst:
        return place.started + delays(tempo, place.cycle)[index]
    first, end = lines[0]["at"], lines[min(burst, len(lines) - 1)]["at"]
    share: float = (end - lines[index]["at"]) / ((end - first) or 1)
    return place.started - BURST_SPAN * share


def _marked(name: str | None, cycle: int) -> str:
    """An id or address as it is in a cycle: those of the first have no mark."""
    return f"{name}-c{cycle}" if name and cycle > 1 else name or ""


def _listed(value: str | None) -> set[str]:
    return {word.strip().lower() for word in (value or "").split(",") if word.strip()}


def _and(words: set[str]) -> str:
    return ", ".join(sorted(words))
