"""From `triage channel add` over a routed item to an answer on the platform, for the kinds that the
simulator does not speak."""

import pytest
from click.testing import CliRunner

from config.cli import group
from tests.channels.sendings import TEXT
from tests.channels.server import Platform
from tests.channels.test_replies_faults import WAYS, Way
from tests.domain.making import bring, judged, post
from triage.back.replies import write_reply
from triage.tables import Channel, Outgoing, PostRow, User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=WAYS, ids=lambda way: way.kind)
def way(request: pytest.FixtureRequest) -> Way:
    found: Way = request.param
    return found


@pytest.fixture
def channel(platform: Platform, way: Way, monkeypatch: pytest.MonkeyPatch) -> Channel:
    """The channel as ops add it, at a platform that takes a reply."""
    monkeypatch.setattr("triage.walk.sorting.judge_rows", judged)
    for path, answer in {**way.before, way.path: way.good}.items():
        platform.on(path, answer)
    options = [f"--set={key}={value}" for key, value in way.settings.items()]
    for number, (key, value) in enumerate(way.secrets.items()):
        monkeypatch.setenv(f"KEY_{number}", value)
        options.append(f"--secret={key}=KEY_{number}")
    command = ["channel", "add", way.kind, "--name", "Acme", f"--set=base_url={platform.url}"]
    done = CliRunner().invoke(group, [*command, *options])
    assert done.exit_code == 0, done.output
    return Channel.objects.get(name="Acme")


def run_once() -> None:
    """Send what is due, and let the pulls find what they find: this is about the way back."""
    Channel.objects.update(state="active", next_pull_at="2999-01-01T00:00Z")
    done = CliRunner().invoke(group, ["run", "--once", "--json"])
    assert done.exit_code == 0, done.output


def test_an_answer_to_a_routed_item_leaves_once_and_stands_in_its_thread(
    platform: Platform, way: Way, channel: Channel
) -> None:
    bob = User.objects.create(username="bob", teams=["community"])
    item = bring(channel, post(way.post, "question where is it", conversation="c1"))
    assert item.queue == "support"
    row = write_reply(item, bob, text=TEXT, seen=item.version)
    run_once()
    run_once()
    row.refresh_from_db()
    assert (row.state, row.error) == (Outgoing.State.SENT, "")
    assert len(platform.asked(way.path)) == 1
    [ours] = PostRow.objects.filter(state=PostRow.State.CONTEXT)
    assert (ours.external_id, ours.text, ours.conversation) == (row.external_id, TEXT, "c1")
    item.refresh_from_db()
    assert (item.owner, item.queue) == (bob, "support")
