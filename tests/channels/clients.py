"""Each client of a platform, how to start it, and what a good answer of its looks like."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workers.channels import source_class
from workers.channels.base import (
    Config,
    Source,
)

CANARY = "canary-0123456789-token"
OTHER = "canary-app-secret-98765"


@dataclass(frozen=True)
class Client:
    """A channel kind set up so that one fetch is one call to `path`."""

    kind: str
    path: str
    settings: dict[str, str]
    secrets: dict[str, str]
    good: Any
    cursor: dict[str, Any]
    signed_in: Callable[[Any], None] = lambda _: None

    def source(self, base_url: str) -> Source:
        settings = {"base_url": base_url, **self.settings}
        made = source_class(self.kind)(Config("c", None, "public", settings, self.secrets))
        self.signed_in(made)
        return made


X_POST = {"id": "9", "text": "hi", "author_id": "7", "created_at": "2026-11-21T10:00:00.000Z"}
FB_POST = {"id": "1_9", "message": "hi", "created_time": "2026-11-21T10:00:00+0000"}
TOOT = {"id": "9", "content": "<p>hi</p>", "created_at": "2026-11-21T10:00:00.000Z"}
SKEET = {
    "uri": "at://did:plc:ann/app.bsky.feed.post/9",
    "reason": "mention",
    "indexedAt": "2026-11-21T10:00:00.000Z",
    "record": {"text": "hi", "createdAt": "2026-11-21T10:00:00.000Z"},
}
REDDIT_COMMENT = {
    "kind": "t1",
    "data": {"id": "9", "name": "t1_9", "body": "hi", "parent_id": "t3_1", "created_utc": 1.8e9},
}
YOUTUBE_THREAD = {
    "id": "9",
    "snippet": {
        "videoId": "v",
        "totalReplyCount": 0,
        "topLevelComment": {
            "id": "9",
            "snippet": {"textDisplay": "hi", "publishedAt": "2026-11-21T10:00:00Z"},
        },
    },
}
LINKEDIN_NOTE = {
    "notificationId": 9,
    "action": "COMMENT",
    "lastModifiedAt": 1795255200000,
    "sourcePost": "urn:li:activity:1",
    "generatedActivity": "urn:li:comment:(activity:1,9)",
    "decoratedGeneratedActivity": {"comment": {"text": "hi", "owner": "urn:li:person:a"}},
}
IG_MEDIA = {"id": "9", "caption": "hi", "timestamp": "2026-11-21T10:00:00+0000"}
FORUM_POST = {"id": 9, "raw": "hi", "topic_id": 7, "created_at": "2026-11-21T10:00:00.000Z"}
HIT = {"objectID": "9", "comment_text": "hi", "created_at_i": 1795255200}
FEED = "<rss version='2.0'><channel><item><title>hi</title></item></channel></rss>"
CLIENTS = [
    Client(
        "x",
        "/2/users/42/mentions",
        {"user_id": "42"},
        {"bearer_token": CANARY},
        {"data": [X_POST], "meta": {"result_count": 1}},
        {},
    ),
    Client(
        "facebook",
        "/v26.0/1/feed",
        {"page_id": "1", "token_in": "params"},
        {"access_token": CANARY, "app_secret": OTHER},
        {"data": [FB_POST]},
        {},
    ),
    Client(
        "mastodon",
        "/api/v1/notifications",
        {},
        {"access_token": CANARY},
        [{"id": "3", "type": "mention", "status": TOOT}],
        {"account": {"id": "1"}},
    ),
    Client(
        "bluesky",
        "/xrpc/app.bsky.notification.listNotifications",
        {"handle": "acme.example"},
        {"app_password": OTHER},
        {"notifications": [SKEET]},
        {},
        lambda made: made._account.kept.write(f"acme.example:::did:plc:us:::{CANARY}:::r"),
    ),
    Client(
        "reddit",
        "/r/acme/comments/",
        {"subreddit": "acme"},
        {"client_id": "app", "client_secret": OTHER},
        {"kind": "Listing", "data": {"children": [REDDIT_COMMENT], "after": None}},
        {},
        lambda made: made._client.kept.write(json.dumps({"token": CANARY, "until": 1e11})),
    ),
    Client(
        "youtube",
        "/youtube/v3/commentThreads",
        {"channel_id": "UC1"},
        {"api_key": CANARY},
        {"items": [YOUTUBE_THREAD]},
        {"titles": {"v": "our video"}},
    ),
    Client(
        "linkedin",
        "/rest/organizationalEntityNotifications",
        {"organization": "1"},
        {"access_token": CANARY},
        {"elements": [LINKEDIN_NOTE]},
        {},
    ),
    Client(
        "instagram",
        "/v26.0/1/media",
        {"ig_user_id": "1", "token_in": "params"},
        {"access_token": CANARY, "app_secret": OTHER},
        {"data": [IG_MEDIA]},
        {"page": {"id": "1"}},
    ),
    Client("discourse", "/posts.json", {}, {"api_key": CANARY}, {"latest_posts": [FORUM_POST]}, {}),
    Client("hackernews", "/search_by_date", {"query": "acme"}, {}, {"hits": [HIT]}, {}),
    Client("feed", "/feed", {"url": "https://blog.example/feed"}, {}, FEED, {"read": "before"}),
]
KEYED = [client for client in CLIENTS if client.secrets]
"""Those that have something to keep secret."""

RICH: dict[str, Any] = {
    "x": {
        "data": [
            X_POST
            | {
                "edit_history_tweet_ids": ["8", "9"],
                "note_tweet": {"text": "long"},
                "referenced_tweets": [{"type": "replied_to", "id": "5"}],
            }
        ],
        "includes": {
            "users": [{"id": "7", "username": "a", "public_metrics": {"followers_count": 1}}],
            "tweets": [{"id": "5", "text": "p"}],
        },
        "meta": {"result_count": 1, "newest_id": "9", "next_token": "t"},
        "errors": [{"detail": "gone"}],
    },
    "facebook": {
        "data": [
            FB_POST
            | {
                "from": {"id": "5", "name": "Bo"},
                "updated_time": "2026-11-21T10:00:00+0000",
                "comments": {"summary": {"total_count": 2}},
            }
        ],
        "paging": {"next": "https://graph.facebook.com/v26.0/1/feed?until=1", "cursors": {}},
    },
    "mastodon": [
        {
            "id": "3",
            "type": "mention",
            "status": TOOT
            | {
                "account": {"id": "5", "acct": "ann", "followers_count": 3},
                "in_reply_to_id": None,
                "quote": {"quoted_status": {"content": "q"}},
            },
        }
    ],
    "bluesky": {
        "notifications": [
            SKEET
            | {
                "author": {"did": "did:plc:ann", "handle": "ann.example"},
                "record": {
                    "text": "hi",
                    "langs": ["en"],
                    "reply": {"root": {"uri": "at://a/b/c"}, "parent": {"uri": "at://a/b/c"}},
                    "embed": {"record": {"uri": "at://a/b/c"}},
                },
            }
        ],
        "cursor": "t",
    },
    "reddit": {
        "data": {
            "children": [
                {
                    "kind": "t1",
                    "data": {
                        **REDDIT_COMMENT["data"],  # type: ignore[dict-item]
                        "author": "ann",
                        "edited": 1.8e9,
                        "permalink": "/r/acme/comments/1/x/9/",
                        "link_title": "a title",
                    },
                }
            ],
            "after": "t1_9",
        }
    },
    "youtube": {
        "items": [
            YOUTUBE_THREAD
            | {"replies": {"comments": [{"id": "9.1", "snippet": {"textDisplay": "so"}}]}}
        ],
        "nextPageToken": "t",
    },
    "linkedin": {"elements": [LINKEDIN_NOTE | {"decoratedSourcePost": {"text": "ours"}}]},
    "instagram": {
        "data": [IG_MEDIA | {"username": "acme", "comments_count": 2, "owner": {"id": "5"}}],
        "paging": {"next": "https://graph.facebook.com/v26.0/1/media?after=1", "cursors": {}},
    },
    "discourse": {
        "latest_posts": [
            FORUM_POST
            | {
                "username": "ann",
                "user_id": 5,
                "post_number": 2,
                "reply_to_post_number": 1,
                "updated_at": "2026-11-21T11:00:00.000Z",
                "version": 2,
                "topic_slug": "a-topic",
                "topic_title": "A topic",
            },
            FORUM_POST | {"id": 8, "post_number": 1, "cooked": "<p>hi</p>", "raw": None},
        ]
    },
    "hackernews": {
        "hits": [
            HIT | {"author": "ann", "story_id": 7, "parent_id": 8, "story_title": "A story"},
            {"objectID": "8", "title": "hi", "url": "https://a.example", "created_at": "x"},
        ]
    },
}
