"""Instagram: the media of an account, comments with the replies inside them, and tags."""

from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from tests.channels.server import Reply
from tests.simulator.dialect import Request
from tests.simulator.graph import HOST, OBJECT, VERSION, Graph, error, pick, stamp, token_of
from tests.simulator.state import Event, Kind, Post

BASIC, COMMENTS = "instagram_basic", "instagram_manage_comments"


class Instagram(Graph):
    """One professional account. What it posts is media; what others post, `elsewhere`, tags it."""

    kind: ClassVar[str] = "instagram"
    account_name: ClassVar[str] = "username"
    routes: ClassVar[tuple[tuple[str, str, str], ...]] = (
        ("GET", rf"/{OBJECT}/media", "media"),
        ("GET", rf"/{OBJECT}/tags", "tags"),
        ("GET", rf"/{OBJECT}/comments", "comments"),
        ("GET", rf"/{OBJECT}/replies", "replies"),
        ("GET", rf"/{OBJECT}", "read"),
        ("POST", rf"/{OBJECT}/(?:replies|comments)", "reply"),
        ("POST", rf"/{OBJECT}/mentions", "answer_mention"),
        ("POST", rf"/{OBJECT}", "hide"),
        ("DELETE", rf"/{OBJECT}", "delete"),
    )
    needs: ClassVar[dict[str, str]] = {
        "media": BASIC,
        "read": BASIC,
        **dict.fromkeys(("comments", "replies", "tags"), COMMENTS),
        **dict.fromkeys(("reply", "answer_mention", "hide", "delete"), COMMENTS),
    }

    @staticmethod
    def number(at: datetime, count: int) -> int:
        return 17_900_000_000_000_000 + count

    def id_of(self, post: Post) -> str:
        return str(post.number)

    def watched(self) -> list[Post]:
        there = [post for post in self.state.living() if not post.root.gone]
        return [post for post in there if post.root is post or not post.root.elsewhere]

    # Reading

    def media(self, request: Request, account_id: str) -> Reply:
        if not self.is_account(account_id):
            return self.missing(account_id)
        return self.page(request, self._roots(elsewhere=False), self._media)

    def tags(self, request: Request, account_id: str) -> Reply:
        if not self.is_account(account_id):
            return self.missing(account_id)
        return self.page(request, self._roots(elsewhere=True), self._media)

    def comments(self, request: Request, media_id: str) -> Reply:
        media = self.post_of(media_id)
        if media is None:
            return self.missing(media_id)
        found = [each for each in self.state.below(media) if each.answers is media]
        token = token_of(request)
        return self.page(request, found[::-1], lambda post: self._comment(post, token))

    def replies(self, request: Request, comment_id: str) -> Reply:
        comment = self.post_of(comment_id)
        if comment is None:
            return self.missing(comment_id)
        return self.page(request, self._below(comment), self._reply)

    def read(self, request: Request, object_id: str) -> Reply:
        if self.is_account(object_id):
            return self.account(request)
        post = self.post_of(object_id)
        if post is None:
            return self.missing(object_id)
        record = self._reply(post) if post.answers else self._media(post)
        return Reply(pick(record, request.query.get("fields", "id")))

    # Acting

    def reply(self, request: Request, object_id: str) -> Reply:
        return self._replied(object_id, str(request.body["message"]))

    def answer_mention(self, request: Request, account_id: str) -> Reply:
        target = request.body.get("comment_id") or request.body["media_id"]
        return self._replied(str(target), str(request.body["message"]))

    def _replied(self, object_id: str, text: str) -> Reply:
        post = self.post_of(object_id)
        if post is None:
            return self.missing(object_id)
        made = self.state.write(self.state.own.name, text, answers=post, now=True)
        return Reply({"id": self.id_of(made)})

    def hide(self, request: Request, comment_id: str) -> Reply:
        post = self.post_of(comment_id)
        if post is None:
            return self.missing(comment_id)
        if post.author == self.state.own or not post.answers:
            return error(100, "(#100) Comments of others can be hidden only")
        given = request.body.get("hide") or request.query.get("hide")
        post.hidden = given == "true"
        return self.done()

    def delete(self, request: Request, comment_id: str) -> Reply:
        post = self.post_of(comment_id)
        if post is None:
            return self.missing(comment_id)
        self.state.delete(post)
        return self.done()

    # Records

    def _roots(self, *, elsewhere: bool) -> list[Post]:
        found = [post for post in self.state.living() if not post.answers]
        return [post for post in reversed(found) if post.elsewhere == elsewhere]

    def _below(self, comment: Post) -> list[Post]:
        """The replies to a comment; a reply to one of them stands beside it, as there."""
        root = comment.root
        return [each for each in self.state.below(root) if _top(each) is comment is not each]

    def _media(self, post: Post) -> dict[str, Any]:
        return {
            "id": self.id_of(post),
            "permalink": f"https://www.instagram.com/p/{post.number}/",
            "caption": post.text,
            "comments_count": len(list(self.state.below(post))),
            "timestamp": stamp(post.made),
            "username": post.author.name,
            "media_type": "IMAGE",
        }

    def _comment(self, post: Post, token: str) -> dict[str, Any]:
        record = self._reply(post)
        below = self._below(post)
        if below:
            inside = below[: self.most]
            last = f"at_{inside[-1].number}"
            paging: dict[str, Any] = {"cursors": {"before": "at_0", "after": last}}
            if len(below) > len(inside):
                asked = urlencode({"access_token": token, "limit": self.most, "after": last})
                paging["next"] = f"{HOST}/{VERSION}/{post.number}/replies?{asked}"
            record["replies"] = {"data": [self._reply(each) for each in inside], "paging": paging}
        return record

    def _reply(self, post: Post) -> dict[str, Any]:
        record: dict[str, Any] = {
            "id": self.id_of(post),
            "text": post.text,
            "timestamp": stamp(post.made),
            "username": post.author.name,
            "from": {"id": post.author.id, "username": post.author.name},
            "hidden": post.hidden,
            "like_count": 0,
        }
        top = _top(post)
        if top is not post:
            record["parent_id"] = self.id_of(top)
        return record

    # Webhooks

    def told(self, event: Event) -> Any:
        post = event.post
        if event.kind != Kind.ADD or not post.answers:
            return None  # new comments only
        value: dict[str, Any] = {
            "id": self.id_of(post),
            "text": event.text,
            "from": {"id": post.author.id, "username": post.author.name},
            "media": {"id": self.id_of(post.root), "media_product_type": "FEED"},
        }
        if _top(post) is not post:
            value["parent_id"] = self.id_of(_top(post))
        change = {"field": "comments", "value": value}
        entry = {"id": self.state.own.id, "time": int(event.at.timestamp()), "changes": [change]}
        return {"object": "instagram", "entry": [entry]}


def _top(post: Post) -> Post:
    """The comment below which something stands, itself where it answers the media."""
    return post if post.answers is None or post.answers.answers is None else _top(post.answers)
