"""YouTube: the comments on all videos of a channel, or on one video.

A quiet pull costs one unit of the 10,000 a day: the newest hundred threads, in which new replies
and edits show too. Every six hours the newest five hundred are looked through. Replies to older
threads are not seen, for YouTube lists threads by their first comment only.
"""

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, ClassVar

from triage.vocabulary import Act
from workers.channels import youtube_replies
from workers.channels.asking import list_in
from workers.channels.base import (
    Ability,
    Allowance,
    Config,
    Cursor,
    Option,
    Page,
    Refused,
    Sending,
    Sent,
    Source,
    SourceError,
)
from workers.channels.failing import Reading, failing, key_problem, secrets_of
from workers.channels.http import Wire, now
from workers.channels.newest import Listing
from workers.channels.records import each, moment, part, words
from workers.channels.settings import (
    BACKFILL,
    OWN_IDS,
    address_problem,
    number_problem,
    own_names,
)
from workers.channels.youtube_client import YouTube
from workers.channels.youtube_errors import failure_of
from workers.channels.youtube_posts import (
    Thread,
    comments_in,
    has_further_replies,
    post_of,
    sign,
    thread_of,
    videos_of,
)
from workers.channels.youtube_token import Credential

HOST = "https://youtube.googleapis.com"
THREADS_KNOWN = 500
DEEP = timedelta(hours=6)
REPLY_PAGES = 5
"""Pages of a hundred replies that are read of one thread."""
TITLES = 200
"""Videos whose titles the cursor keeps."""
AT_ONCE = 50


class YouTubeSource(Source):
    """The comments on a channel's videos, or on one video."""

    kind: ClassVar[str] = "youtube"
    title: ClassVar[str] = "YouTube comments"
    platform: ClassVar[str] = "youtube"
    interval: ClassVar[int] = 300
    allowance: ClassVar[Allowance | None] = Allowance(10_000, 86_400)
    limited_by: ClassVar[tuple[str, ...]] = ("api_key", "access_token", "refresh_token")
    backfills: ClassVar[bool] = True
    acts: ClassVar[tuple[Act, ...]] = youtube_replies.ACTS
    longest: ClassVar[int | None] = youtube_replies.LONGEST
    settings: ClassVar[dict[str, Option]] = {
        "channel_id": Option("watch all videos of this channel; the id begins with UC"),
        "video_id": Option("watch this one video in place of a channel"),
        "backfill": BACKFILL,
        "own_ids": OWN_IDS,
        "lookback_hours": Option("how far the first pull reaches back", default="24"),
        "base_url": Option("address of the API", default=HOST),
    }
    secrets: ClassVar[dict[str, Option]] = {
        "api_key": Option(
            "API key of a Google Cloud project with the YouTube Data API v3; enough for reading"
        ),
        "access_token": Option(
            "in place of api_key: OAuth token with youtube.force-ssl; it lasts an hour"
        ),
        "refresh_token": Option(
            "in place of access_token, to reply and to hide for good: with youtube.force-ssl, of "
            "the channel's account; needs client_id and client_secret"
        ),
        "client_id": Option("id of the app that the refresh_token was made for"),
        "client_secret": Option("secret of that app"),
    }

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self._secrets = secrets_of(config)
        self._wire = Wire(config.get("base_url", HOST))
        self._credential = Credential(self._secrets, Wire(config.get("base_url") or None))
        self._youtube = YouTube(self._credential, self._wire)
        video, channel = _given(config.settings, "video_id"), _given(config.settings, "channel_id")
        self._of = {"videoId": video} if video else {"allThreadsRelatedToChannelId": channel}
        self._what = f"the video {video}" if video else f"the channel {channel}"
        self._own = own_names(config) | {channel.casefold()}

    @classmethod
    def problem(cls, settings: Mapping[str, str], secrets: Mapping[str, str]) -> str | None:
        """What is wrong with a combination of settings and keys."""
        channel, video = _given(settings, "channel_id"), _given(settings, "video_id")
        if not any(secrets.get(name) for name in ("api_key", "access_token", "refresh_token")):
            return "YouTube needs a key: api_key, or an access_token or refresh_token"
        app = secrets.get("client_id") and secrets.get("client_secret")
        if secrets.get("refresh_token") and not app:
            return "a refresh_token needs the client_id and client_secret of its app"
        if not channel and not video:
            return "say what to watch: channel_id or video_id"
        if not re.fullmatch(r"[\w-]*", channel + video, re.ASCII):
            return "channel_id and video_id are ids, not names or addresses"
        return (
            key_problem("YouTube", [secrets.get(name) for name in cls.secrets])
            or number_problem(settings, "lookback_hours", 1, 24 * 90)
            or address_problem(settings)
        )

    def fetch(self, cursor: Cursor) -> Page:
        """One page of threads, or of the replies in one of them."""
        return self._fetch(cursor)

    def fetch_back(self, cursor: Cursor, until: datetime) -> Page:
        """One page of a walk of its own that reaches back further."""
        return self._fetch(cursor, now() - until, again=False)

    def _fetch(
        self, cursor: Cursor, lookback: timedelta | None = None, *, again: bool = True
    ) -> Page:
        with self._failing():
            if cursor.get("todo"):
                return self._replies_page(cursor)
            hours = timedelta(hours=float(self.config.get("lookback_hours", "24")))
            return self._threads_page(cursor, lookback or hours, again)

    def check(self) -> str:
        """Ask for the smallest page there is, as a pull would, with a new token."""
        with self._failing():
            if self._credential.renews:
                self._credential.renew()
            self._items(self._youtube.threads(self._of, size=1))
        return f"YouTube shows the comments of {self._what}"

    def ability(self) -> Ability:
        """Nothing with an API key, which only reads."""
        return super().ability() if self._credential.is_account else Ability()

    def send(self, sending: Sending) -> Sent:
        """A comment in the thread, holding a comment back or showing it, or deleting our own."""
        with self._failing(lambda error: self._unsent(error, sending.act)):
            self._needs_account()
            return youtube_replies.carry_out(self._youtube, self._wire, sending)

    def find_sent(self, sending: Sending) -> Sent | None:
        """Our comment in the thread, by its words."""
        with self._failing():
            self._needs_account()
            return youtube_replies.find(self._youtube, self._wire, sending)

    def _needs_account(self) -> None:
        if not self._credential.is_account:
            raise Refused(
                "an api_key only reads YouTube: give a refresh_token of the channel's account with "
                "the scope youtube.force-ssl"
            )

    def _threads_page(self, cursor: Cursor, lookback: timedelta, again: bool) -> Page:
        state = cursor.get("threads")
        listing = Listing(state, at=now(), lookback=lookback, known=THREADS_KNOWN)
        looked = moment(cursor.get("looked_at"))
        deep = looked is not None and now() - looked >= DEEP
        try:
            answer = self._youtube.threads(self._of, token=listing.next)
            records = self._items(answer)
        except Exception:
            # A page token may have run out.
            if not again or self._wire.status != 400 or not listing.begin_again():
                raise
            return Page((), {**cursor, "threads": listing.state()})
        changed = listing.read(records, part(answer, "nextPageToken"), sign, deep=deep)
        titles = self._titles(cursor.get("titles"), videos_of(changed))
        posts, rejected = self._posts(changed, titles)
        after = {
            "threads": listing.state(),
            "titles": titles,
            "todo": [_put_down(record) for record in changed if has_further_replies(record)],
            "looked_at": cursor.get("looked_at"),
        }
        if not listing.more and (deep or looked is None):
            after["looked_at"] = now().isoformat()
        kept = {name: value for name, value in after.items() if value}
        return Page(tuple(posts), kept, _is_unfinished(kept), tuple(rejected))

    def _posts(self, threads: list[Any], titles: Mapping[str, str]) -> Any:
        comments, above = [], {}
        for record in threads:
            for comment in comments_in(record):
                comments.append(comment)
                above[id(comment)] = thread_of(record)
        return each(comments, lambda c: post_of(c, above.get(id(c)), titles, self._own))

    def _replies_page(self, cursor: Cursor) -> Page:
        (thread_id, video, text, token, pages), *rest = cursor["todo"]
        try:
            answer = self._youtube.replies(thread_id, token=token)
        except Exception:
            # Deleted, closed or moved on since the thread was read.
            if self._wire.status not in (400, 404) and not self._is_closed():
                raise
            answer = {"items": []}
        records = self._items(answer)
        thread = Thread(thread_id, video, text)
        posts, rejected = each(records, lambda c: post_of(c, thread, {}, self._own))
        onward = words(part(answer, "nextPageToken"))
        if onward and onward != token and pages + 1 < REPLY_PAGES and onward.isascii():
            rest = [[thread_id, video, text, onward, pages + 1], *rest]
        after = {**cursor, "todo": rest}
        return Page(tuple(posts), after, _is_unfinished(after), tuple(rejected))

    def _is_closed(self) -> bool:
        return self._wire.status == 403 and b"commentsDisabled" in self._wire.body

    def _titles(self, known: Any, videos: list[str]) -> dict[str, str]:
        """The titles of the videos, as far as they can be had, asked for only once."""
        titles: dict[str, str] = dict(known) if isinstance(known, Mapping) else {}
        missing = [video for video in videos if video not in titles]
        for start in range(0, len(missing), AT_ONCE):
            some = missing[start : start + AT_ONCE]
            try:
                found = self._items(self._youtube.videos(some))
            except Exception:
                break  # the title is a nicety
            titles |= dict.fromkeys(some, "")
            pairs = ((part(v, "id"), words(part(v, "snippet", "title"))) for v in found)
            titles |= {video: title for video, title in pairs if video in some and title}
        return dict(list(titles.items())[-TITLES:])

    def _items(self, answer: Any) -> list[Any]:
        return list_in(answer, "items", name="YouTube", wire=self._wire)

    def _failing(self, reading: Reading | None = None) -> AbstractContextManager[None]:
        problem = self.problem(self.config.settings, self._secrets)
        return failing("YouTube", self._wire, reading or self._reading, problem)

    def _unsent(self, error: Exception, act: Act) -> SourceError | None:
        secrets = [*self._secrets.values()]
        return youtube_replies.refusal(self._wire, act, secrets) or self._reading(error)

    def _reading(self, _error: Exception) -> SourceError | None:
        return failure_of(self._wire, what=self._what, secrets=[*self._secrets.values()])


def _put_down(record: Any) -> list[Any]:
    """A thread whose replies are read in the next calls."""
    thread = thread_of(record) or Thread("")
    return [thread.id, thread.video, thread.text, None, 0]


def _is_unfinished(cursor: Cursor) -> bool:
    return bool(cursor.get("todo") or part(cursor, "threads", "round"))


def _given(settings: Mapping[str, str], name: str) -> str:
    return (settings.get(name) or "").strip()
