"""How the tests watch a simulated platform: the commands a person types, and what must be true."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from click.testing import CliRunner

from config.cli import group
from models import Judgement
from tests.domain import making
from tests.simulator.dialect import Dialect
from tests.simulator.facebook import Facebook
from tests.simulator.instagram import Instagram
from tests.simulator.mastodon import Mastodon
from tests.simulator.server import Simulator, simulating
from tests.simulator.state import Post
from tests.simulator.x import X
from tests.simulator.x_records import CONSUMER
from triage.tables import Account, Channel, Move, PostRow

TOKEN = "canary-simulated-token"
APP_SECRET = "whimbrel-meta-secret"
VARIABLES = {
    "SIM_TOKEN": TOKEN,
    "SIM_TOKEN_SECRET": f"{TOKEN}-secret",
    "SIM_APP_SECRET": APP_SECRET,
    "SIM_KEY": CONSUMER[0],
    "SIM_KEY_SECRET": CONSUMER[1],
}
OAUTH = {
    "consumer_key": "SIM_KEY",
    "consumer_secret": "SIM_KEY_SECRET",
    "access_token": "SIM_TOKEN",
    "access_token_secret": "SIM_TOKEN_SECRET",
}


@dataclass(frozen=True)
class Watched:
    """A channel kind on its simulated platform.

    `paged` are the requests that bring posts page by page. `account` is the setting that names the
    account. `below` says that people write below posts of ours.
    """

    kind: str
    dialect: type[Dialect]
    paged: str
    secrets: dict[str, str] = field(default_factory=lambda: {"access_token": "SIM_TOKEN"})
    account: str = ""
    below: bool = False
    settings: dict[str, str] = field(default_factory=dict)

    def options(self, sim: Simulator) -> list[str]:
        """What stands behind `triage channel add KIND --name watched`."""
        settings = {"base_url": sim.url, **self.settings}
        if self.account:
            settings[self.account] = sim.state.own.id
        made = [f"--set={name}={value}" for name, value in settings.items()]
        return [*made, *(f"--secret={name}={value}" for name, value in self.secrets.items())]


BEARER = {"bearer_token": "SIM_TOKEN"}
PROVEN = {"access_token": "SIM_TOKEN", "app_secret": "SIM_APP_SECRET"}
WATCHED = [
    Watched("x", X, r"GET /2/users/\d+/mentions", OAUTH, account="user_id"),
    Watched("facebook", Facebook, r"GET \S+/comments$", PROVEN, account="page_id", below=True),
    Watched("instagram", Instagram, r"GET \S+/comments$", PROVEN, account="ig_user_id", below=True),
    Watched("mastodon", Mastodon, r"GET /api/v1/notifications"),
]


@pytest.fixture(params=WATCHED, ids=lambda watched: watched.kind)
def watched(request: pytest.FixtureRequest) -> Watched:
    found: Watched = request.param
    return found


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment in which the secrets of the channels lie."""
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def sim(watched: Watched, keys: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """The platform, running; whatever is written there is judged to be a question."""
    monkeypatch.setattr("triage.walk.sorting.judge_rows", judged)
    with simulating(watched.dialect()) as running:
        running.dialect.open(TOKEN)
        yield running


def judged(rows: Sequence[PostRow], parents: dict[int, str]) -> list[Judgement | None]:
    """A judge to whom everything is a question."""
    return [making.judgement("question", kind=row.kind, id=str(row.pk)) for row in rows]


def add(watched: Watched, sim: Simulator) -> None:
    """`triage channel add`."""
    command = ["add", watched.kind, "--name", "watched", *watched.options(sim)]
    added = CliRunner().invoke(group, ["channel", *command])
    assert added.exit_code == 0, added.output


def run(*, rested: bool = True) -> dict[str, Any]:
    """`triage run --once`, with the channel due, and its account rested -> what was said of it."""
    if rested:
        Account.objects.update(rest_until=None, reset_at=None)
    Channel.objects.update(next_pull_at="2026-01-01T00:00:00Z")
    done = CliRunner().invoke(group, ["run", "--once", "--json"])
    assert done.exit_code == 0, (done.output, done.exception)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return next(line for line in lines if "channel" in line)


def check() -> tuple[bool, str]:
    """`triage channel check` -> whether it works, and the sentence."""
    done = CliRunner().invoke(group, ["channel", "check", "watched", "--json"])
    said = json.loads(done.stdout.splitlines()[0])
    assert (done.exit_code == 0) == said["ok"], done.output
    return said["ok"], said["message"]


def the_channel() -> Channel:
    return Channel.objects.get(name="watched")


def people_write(watched: Watched, sim: Simulator, count: int) -> list[Post]:
    """So many posts to us, each by somebody else; below a post of ours where that is the way."""
    state = sim.state
    ours = next((post for post in state.living() if post.author == state.own), None)
    if watched.below and ours is None:
        ours = state.write(state.own.name, "Our new lamp is here.")
    start = len(state.posts)
    return [
        state.write(f"person{n}", f"@whimbrel my lamp number {n} is dark & cold", answers=ours)
        for n in range(start, start + count)
    ]


def stored() -> dict[str, str]:
    """Id and text of the posts that are not marked as deleted."""
    rows = PostRow.objects.filter(channel__name="watched", deleted_at=None)
    return dict(rows.values_list("external_id", "text"))


def all_is_known(sim: Simulator) -> None:
    """What the platform shows is what is stored, and each version of it was placed once."""
    assert stored() == sim.dialect.shown()
    all_are_placed(sim)


def all_are_placed(sim: Simulator) -> None:
    """Every stored post of others stands in an item, by one move for its latest version."""
    for row in PostRow.objects.filter(channel__name="watched"):
        if row.state == PostRow.State.CONTEXT:
            assert row.author in ("", sim.state.own.name)
            continue
        assert row.state == PostRow.State.SORTED, row.external_id
        placed = Move.objects.filter(post=row, post_version=row.version)
        assert placed.count() == 1, row.external_id
        assert row.item is not None
