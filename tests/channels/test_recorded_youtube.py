"""Every recorded answer of YouTube through the real client. What it is tells how it is served."""

from typing import Any

import pytest

from tests.channels.conftest import all_used_or_listed, recorded, recorded_names, recorded_response
from tests.channels.server import Platform, Reply
from workers.channels.base import Config, Page, Refused
from workers.channels.youtube import YouTubeSource

UNUSED: dict[str, str] = {}
NAMES = recorded_names("youtube")
THREADS, COMMENTS, VIDEOS = "/v3/commentThreads", "/v3/comments", "/v3/videos"


def role(name: str) -> str | None:
    response = recorded_response("youtube", name)
    if response["status"] >= 400:
        return "error"
    kinds = {each["kind"] for each in response["body"]["items"]}
    if kinds == {"youtube#commentThread"}:
        return "threads"
    if kinds == {"youtube#comment"}:
        return "comments"
    return "videos" if kinds & {"youtube#searchResult", "youtube#video"} else None


def named(wanted: str) -> list[str]:
    return [name for name in NAMES if role(name) == wanted]


def source(platform: Platform) -> YouTubeSource:
    settings = {"base_url": platform.url, "channel_id": "UC1"}
    return YouTubeSource(Config("y", None, "public", settings, {"api_key": "k"}))


def has_fields(page: Page, comments: list[Any], video: str | None = None) -> None:
    assert page.rejected == ()
    posts = {post.id: post for post in page.posts}
    assert posts.keys() == {each["id"] for each in comments}
    for comment in comments:
        snippet, post = comment["snippet"], posts[comment["id"]]
        under = snippet.get("videoId", video)
        assert post.text == snippet["textOriginal"]
        assert post.author == snippet["authorDisplayName"]
        assert post.author_id == snippet["authorChannelId"]["value"]
        assert post.in_reply_to == snippet.get("parentId")
        assert post.created_at is not None
        edited = snippet["updatedAt"] != snippet["publishedAt"]
        assert (post.edited_at is not None) == edited
        assert (post.url is None) == (under is None)
        assert post.conversation == (under or snippet.get("parentId") or comment["id"])


def test_every_recorded_answer_is_used_or_listed_with_a_reason() -> None:
    all_used_or_listed(NAMES, UNUSED, role, at_least=10)


@pytest.mark.parametrize("name", named("threads"))
def test_every_recorded_thread_becomes_posts(platform: Platform, name: str) -> None:
    reply = recorded("youtube", name)
    platform.on(THREADS, reply)
    platform.on(COMMENTS, {"items": []})
    platform.on(VIDEOS, {"items": []})
    page = source(platform).fetch({})
    threads = reply.body["items"]
    inline = [c for each in threads for c in each.get("replies", {}).get("comments", [])]
    has_fields(page, [each["snippet"]["topLevelComment"] for each in threads] + inline)
    further = [t["id"] for t in threads if t["snippet"]["totalReplyCount"] and "replies" not in t]
    assert [put_down[0] for put_down in page.cursor.get("todo", [])] == further
    cursor = page.cursor
    while page.more:
        page = source(platform).fetch(cursor)
        assert page.cursor != cursor
        cursor = page.cursor


@pytest.mark.parametrize("name", named("comments"))
def test_every_recorded_reply_becomes_a_post(platform: Platform, name: str) -> None:
    reply = recorded("youtube", name)
    platform.on(COMMENTS, reply)
    page = source(platform).fetch({"todo": [["thread", "video", "what is answered", None, 0]]})
    has_fields(page, reply.body["items"], video="video")
    for post in page.posts:
        assert post.parent_text == ("what is answered" if post.in_reply_to else None)
    assert page.more == ("nextPageToken" in reply.body)


@pytest.mark.parametrize("name", named("videos"))
def test_every_recorded_list_of_videos_gives_titles(platform: Platform, name: str) -> None:
    found = recorded("youtube", name).body["items"]
    videos = [{"id": v["id"].get("videoId"), "snippet": v["snippet"]} for v in found]
    videos = [each for each in videos if each["id"]]
    threads = [
        {"id": f"c{v['id']}", "snippet": {"videoId": v["id"], "topLevelComment": top(v["id"])}}
        for v in videos
    ]
    platform.on(THREADS, {"items": threads})
    platform.on(VIDEOS, {"items": videos})
    titles = [post.parent_text for post in source(platform).fetch({}).posts]
    assert titles == [each["snippet"]["title"] for each in videos]


def top(video: str) -> dict[str, Any]:
    return {"id": f"c{video}", "snippet": {"textDisplay": "x", "videoId": video}}


@pytest.mark.parametrize("name", named("error"))
def test_every_recorded_error_is_one_of_our_three(platform: Platform, name: str) -> None:
    reply: Reply = recorded("youtube", name)
    platform.on(THREADS, reply, {"items": []})
    with pytest.raises(Refused):
        source(platform).fetch({})
    assert source(platform).fetch({}).posts == ()
