"""From `triage channel add` to a routed item, for Bluesky, Reddit, YouTube and LinkedIn."""

import pytest

from tests.channels import test_bluesky as bluesky
from tests.channels import test_linkedin as linkedin
from tests.channels import test_recorded_bluesky as recorded_bluesky
from tests.channels import test_recorded_linkedin as recorded_linkedin
from tests.channels import test_recorded_reddit as recorded_reddit
from tests.channels import test_recorded_youtube as recorded_youtube
from tests.channels.conftest import recorded
from tests.channels.server import Platform
from tests.channels.test_run_once import add, again_now, are_routed, run_once
from triage.tables import PostRow
from workers.channels.bluesky import REASONS

pytestmark = pytest.mark.django_db(transaction=True)
REDDIT = ("--secret", "client_id=TEST_KEY", "--secret", "client_secret=TEST_KEY")
BLUESKY = ("--set", "handle=acme.example", "--secret", "app_password=TEST_KEY")


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_KEY", "a-key")


@pytest.mark.parametrize(("folder", "name"), recorded_bluesky.named("notifications"))
def test_recorded_notifications_of_bluesky_end_in_queues(
    platform: Platform, folder: str, name: str
) -> None:
    records = recorded_bluesky.notifications_in(recorded(folder, name).body)
    platform.on(bluesky.CREATE, {**recorded_bluesky.SESSION, "did": "did:plc:us"})
    platform.on(bluesky.NOTES, {"notifications": records})
    add("bluesky", platform, *BLUESKY)
    said = run_once()
    assert (said["error"], said["rejected"]) == (None, 0)
    again_now()
    are_routed([each["uri"] for each in records if each["reason"] in REASONS])
    assert len(platform.asked(bluesky.CREATE)) == 1


@pytest.mark.parametrize("name", recorded_reddit.named("things"))
def test_recorded_comments_of_reddit_end_in_queues(platform: Platform, name: str) -> None:
    things = recorded_reddit.things_in(recorded("reddit", name).body)
    comments = [each for each in things if each["kind"] == "t1"][:100]
    platform.on(recorded_reddit.TOKEN, recorded_reddit.GRANT)
    platform.on(recorded_reddit.COMMENTS, recorded_reddit.listing(comments))
    add("reddit", platform, "--set", "subreddit=acme", *REDDIT)
    said = run_once()
    assert (said["error"], said["rejected"]) == (None, 0)
    there = [each for each in comments if each["data"]["body"] not in recorded_reddit.GONE]
    are_routed([each["data"]["name"] for each in there])


@pytest.mark.parametrize("name", recorded_reddit.named("error"))
def test_recorded_errors_of_reddit_are_told_as_what_they_are(platform: Platform, name: str) -> None:
    reply = recorded("reddit", name)
    platform.on(recorded_reddit.TOKEN, recorded_reddit.GRANT)
    platform.on(recorded_reddit.COMMENTS, reply)
    add("reddit", platform, "--set", "subreddit=acme", *REDDIT)
    assert run_once()["error"]["kind"] == recorded_reddit.expected(reply).__name__.lower()


@pytest.mark.parametrize("name", recorded_youtube.named("threads"))
def test_recorded_threads_of_youtube_end_in_queues(platform: Platform, name: str) -> None:
    reply = recorded("youtube", name)
    last = {**reply.body, "nextPageToken": None}
    platform.on(recorded_youtube.THREADS, reply, last)
    platform.on(recorded_youtube.COMMENTS, {"items": []})
    add("youtube", platform, "--set", "channel_id=UC1", "--secret", "api_key=TEST_KEY")
    said = run_once()
    assert (said["error"], said["rejected"]) == (None, 0)
    are_routed([each["id"] for each in reply.body["items"]])


@pytest.mark.parametrize("name", recorded_youtube.named("error"))
def test_recorded_errors_of_youtube_are_told_as_what_they_are(
    platform: Platform, name: str
) -> None:
    platform.on(recorded_youtube.THREADS, recorded("youtube", name))
    add("youtube", platform, "--set", "channel_id=UC1", "--secret", "api_key=TEST_KEY")
    assert run_once()["error"]["kind"] == "refused"


@pytest.mark.parametrize("name", recorded_linkedin.named("notifications"))
def test_recorded_notifications_of_linkedin_end_in_queues(platform: Platform, name: str) -> None:
    records = recorded("linkedin", name).body["notifications"]
    platform.on(linkedin.NOTES, {"elements": records})
    add("linkedin", platform, "--set", "organization=7", "--secret", "access_token=TEST_KEY")
    said = run_once()
    assert (said["error"], said["rejected"]) == (None, 0)
    entities = [each["decoratedGeneratedActivity"]["comment"]["entity"] for each in records]
    are_routed(entities)
    assert PostRow.objects.count() == len(records)
