"""Facebook: the feed of a page, the comments there, posts that tag it, and what a page may do."""

from datetime import datetime
from typing import Any, ClassVar

from tests.channels.server import Reply
from tests.simulator.dialect import Request
from tests.simulator.graph import OBJECT, Graph, epoch, error, pick, stamp
from tests.simulator.state import Event, Kind, Post

READ, CONTENT = "pages_read_engagement", "pages_read_user_content"
ENGAGE = "pages_manage_engagement"


class Facebook(Graph):
    """One page. What nobody answers to stands in its feed, or, `elsewhere`, tags it."""

    kind: ClassVar[str] = "facebook"
    account_name: ClassVar[str] = "name"
    routes: ClassVar[tuple[tuple[str, str, str], ...]] = (
        ("GET", rf"/{OBJECT}/feed", "feed"),
        ("GET", rf"/{OBJECT}/tagged", "tagged"),
        ("GET", rf"/{OBJECT}/comments", "comments"),
        ("GET", rf"/{OBJECT}", "read"),
        ("POST", rf"/{OBJECT}/comments", "reply"),
        ("POST", rf"/{OBJECT}/likes", "like"),
        ("DELETE", rf"/{OBJECT}/likes", "unlike"),
        ("POST", rf"/{OBJECT}", "change"),
        ("DELETE", rf"/{OBJECT}", "delete"),
    )
    needs: ClassVar[dict[str, str]] = {
        "feed": READ,
        "read": READ,
        "comments": CONTENT,
        "tagged": CONTENT,
        **dict.fromkeys(("reply", "like", "unlike", "change", "delete"), ENGAGE),
    }

    @staticmethod
    def number(at: datetime, count: int) -> int:
        return 10_158_000_000_000_000 + count

    def id_of(self, post: Post) -> str:
        if post.answers:
            return f"{post.root.number}_{post.number}"
        return f"{(post.author if post.elsewhere else self.state.own).id}_{post.number}"

    def watched(self) -> list[Post]:
        there = [post for post in self.state.living() if not post.root.gone]
        return [post for post in there if post.root is post or not post.root.elsewhere]

    # Reading

    def feed(self, request: Request, page_id: str) -> Reply:
        if not self.is_account(page_id):
            return self.missing(page_id)
        since = int(request.query.get("since") or 0)
        posts = [post for post in self._roots(elsewhere=False) if epoch(post) >= since]
        return self.page(request, posts, self._post, by_time=True)

    def tagged(self, request: Request, page_id: str) -> Reply:
        if not self.is_account(page_id):
            return self.missing(page_id)
        return self.page(request, self._roots(elsewhere=True), self._tagging)

    def comments(self, request: Request, post_id: str) -> Reply:
        post = self.post_of(post_id)
        if post is None:
            return self.missing(post_id)
        found = list(self.state.below(post.root))
        if post.answers or request.query.get("filter") != "stream":
            found = [each for each in found if each.answers is post]
        if request.query.get("order") == "reverse_chronological":
            found.reverse()
        return self.page(request, found, self._comment)

    def read(self, request: Request, object_id: str) -> Reply:
        if self.is_account(object_id):
            return self.account(request)
        post = self.post_of(object_id)
        if post is None:
            return self.missing(object_id)
        shape = self._comment if post.answers else self._post
        return Reply(pick(shape(post), request.query.get("fields", "id")))

    # Acting

    def reply(self, request: Request, object_id: str) -> Reply:
        post = self.post_of(object_id)
        if post is None:
            return self.missing(object_id)
        text = str(request.body["message"])
        mine = [each for each in self.state.living() if each.author == self.state.own]
        if any(each.answers is post and each.text == text for each in mine):
            return error(506, "Duplicate status message")
        made = self.state.write(self.state.own.name, text, answers=post, now=True)
        return Reply({"id": self.id_of(made)})

    def change(self, request: Request, object_id: str) -> Reply:
        post = self.post_of(object_id)
        if post is None:
            return self.missing(object_id)
        if "is_hidden" in request.body:
            if post.author == self.state.own or not post.answers:
                return error(100, "(#100) Comments of others can be hidden only")
            post.hidden = request.body["is_hidden"] == "true"
        return self.done()

    def like(self, request: Request, object_id: str) -> Reply:
        return self._liked(object_id, True)

    def unlike(self, request: Request, object_id: str) -> Reply:
        return self._liked(object_id, False)

    def delete(self, request: Request, object_id: str) -> Reply:
        post = self.post_of(object_id)
        if post is None:
            return self.missing(object_id)
        self.state.delete(post)
        return self.done()

    def _liked(self, object_id: str, liked: bool) -> Reply:
        post = self.post_of(object_id)
        if post is None:
            return self.missing(object_id)
        post.liked = liked
        return self.done()

    # Records

    def _roots(self, *, elsewhere: bool) -> list[Post]:
        found = [post for post in self.state.living() if not post.answers]
        return [post for post in reversed(found) if post.elsewhere == elsewhere]

    def _post(self, post: Post) -> dict[str, Any]:
        total = len(list(self.state.below(post)))
        summary = {"order": "chronological", "total_count": total, "can_comment": True}
        return {
            "id": self.id_of(post),
            "from": _author(post),
            "message": post.text,
            "created_time": stamp(post.made),
            "updated_time": stamp(post.touched),
            "permalink_url": f"https://www.facebook.com/{self.id_of(post)}",
            "comments": {"data": [], "summary": summary},
        }

    def _tagging(self, post: Post) -> dict[str, Any]:
        """Without its author, whom Graph names only to themselves."""
        record = {"id": self.id_of(post), "message": post.text, "tagged_time": stamp(post.made)}
        return {**record, "permalink_url": f"https://www.facebook.com/{self.id_of(post)}"}

    def _comment(self, post: Post) -> dict[str, Any]:
        above = post.answers
        record: dict[str, Any] = {
            "id": self.id_of(post),
            "from": _author(post),
            "message": post.text,
            "created_time": stamp(post.made),
            "permalink_url": f"https://www.facebook.com/{self.id_of(post.root)}"
            f"?comment_id={post.number}",
            "is_hidden": post.hidden,
            "can_hide": post.author != self.state.own,
            "can_reply_privately": False,
            "like_count": int(post.liked),
            "comment_count": sum(each.answers is post for each in self.state.living()),
            "user_likes": post.liked,
        }
        if above and above.answers:
            record["parent"] = self._comment(above)
        return record

    # Webhooks

    def told(self, event: Event) -> Any:
        post = event.post
        if post.elsewhere:
            return self._told("mention", event, {"item": "post", "post_id": self.id_of(post)})
        value = {"item": "post", "post_id": self.id_of(post.root), "from": _author(post)}
        if post.answers:
            value |= {"item": "comment", "comment_id": self.id_of(post)}
            value |= {"parent_id": self.id_of(post.answers)}
        return self._told("feed", event, value)

    def _told(self, field: str, event: Event, value: dict[str, Any]) -> Any:
        verb = {Kind.ADD: "add", Kind.EDIT: "edited", Kind.REMOVE: "remove"}[event.kind]
        value |= {"verb": verb, "created_time": epoch(event.post)}
        if event.kind != Kind.REMOVE:
            value["message"] = event.text
        change = {"field": field, "value": value}
        entry = {"id": self.state.own.id, "time": int(event.at.timestamp()), "changes": [change]}
        return {"object": "page", "entry": [entry]}


def _author(post: Post) -> dict[str, str]:
    return {"id": post.author.id, "name": post.author.name}
