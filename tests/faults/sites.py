"""A whole installation under test: a platform that serves, a stack that runs, rows to look at."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from tests.faults.checker import Findings, Query, check, query_of
from tests.faults.platform_server import Platform
from tests.faults.prepare import prepare
from tests.servers import free_port
from tests.stack import Stack, embedded, environment, scaled

AGE = "UPDATE triage_channel SET lease_until = NULL, next_pull_at = created_at"
READY_SECONDS = 60.0


@dataclass
class Site:
    """An installation, its platform, and what its database says."""

    platform: Platform
    stack: Stack
    query: Query
    port: int

    def age(self) -> None:
        """Let the time pass that leases and pauses of channels take.

        A worker that still holds a lease is overtaken by this, as one that was stopped for minutes.
        """
        self.query(AGE)

    def findings(self) -> Findings:
        """What the checker says now."""
        return check(self.query, self.platform.served)

    def settle(self, seconds: float) -> None:
        """Wait until everything was served, stored and sorted, and fail where it is not."""
        self.stack.wait(
            lambda: self.platform.all_served() and self._sorted() == len(self.platform.served),
            seconds=seconds,
            what="every post is served and sorted",
            every=0.3,
        )
        assert self.findings() == Findings()
        assert self.query("SELECT reason FROM triage_deadletter") == []

    def keeps_secrets(self) -> bool:
        """Whether no password and no key is in any log."""
        env, said = self.stack.env, self.stack.said()
        secrets = [env["SECRET_KEY"]]
        secrets += [part.rpartition(":")[2] for part in self._logins()]
        return not any(secret in said for secret in secrets if secret)

    def answers(self) -> bool:
        """Whether the web process answers at all."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5):
                return True
        except OSError as error:
            return hasattr(error, "code")  # an answer too, though not a happy one

    def _logins(self) -> list[str]:
        urls = [self.stack.env.get(name, "") for name in ("DATABASE_URL", "REDIS_URL")]
        return [url.partition("://")[2].rpartition("@")[0] for url in urls]

    def _sorted(self) -> int:
        rows = self.query("SELECT COUNT(*) FROM triage_post WHERE state = 'sorted'")
        return int(rows[0][0])


@contextmanager
def embedded_site(platform: Platform, home: Path) -> Iterator[Site]:
    """The embedded form, ready."""
    port = free_port()
    with _site(platform, environment(home), embedded(port), home, port) as site:
        yield site


@contextmanager
def scaled_site(
    platform: Platform, home: Path, *, database: str, broker: str, **more: str
) -> Iterator[Site]:
    """The scaled form, ready."""
    port = free_port()
    env = environment(home, database=database, broker=broker, **more)
    with _site(platform, env, scaled(port), home, port) as site:
        yield site


@contextmanager
def _site(
    platform: Platform, env: dict[str, str], commands: dict[str, list[str]], home: Path, port: int
) -> Iterator[Site]:
    prepare(env, base_url=platform.url, tags=platform.statuses)
    with Stack(commands, env=env, logs=home) as stack:
        site = Site(platform, stack, query_of(env["DATABASE_URL"]), port)
        stack.wait(site.answers, seconds=READY_SECONDS, what="the web process answers")
        stack.wait(
            lambda: site._sorted() > 0, seconds=READY_SECONDS, what="the first posts are sorted"
        )
        yield site
