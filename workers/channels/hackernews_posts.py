"""A hit of the Hacker News search as a Post."""

from triage.posts import Post, PostRejected
from workers.channels.markup import plain_text
from workers.channels.records import Record, identifier, moment, plain, words
from workers.channels.settings import is_own

ITEM = "https://news.ycombinator.com/item?id="


def post_of(record: Record, own: frozenset[str]) -> Post:
    """A story or a comment. Raises PostRejected."""
    item = identifier(record.get("objectID"))
    if item is None:
        raise PostRejected("the record has no objectID")
    author = words(record.get("author"))
    comment = words(record.get("comment_text"))
    return Post(
        id=item,
        text=plain_text(comment) if comment else _story(record),
        author=author,
        author_id=author,
        created_at=moment(record.get("created_at_i")) or moment(record.get("created_at")),
        url=ITEM + item,
        conversation=identifier(record.get("story_id")) or item,
        in_reply_to=identifier(record.get("parent_id")) if comment else None,
        parent_text=words(record.get("story_title")) if comment else None,
        platform="hackernews",
        own=is_own(own, author),
        raw=plain({key: value for key, value in record.items() if key != "_highlightResult"}),
    )


def _story(record: Record) -> str:
    """What people see of a story: its title, its words, and where it leads."""
    title, told = words(record.get("title")), words(record.get("story_text"))
    if title is None and told is None:
        raise PostRejected("the record has neither a title nor a text")
    parts = (title, plain_text(told) if told else None, words(record.get("url")))
    return "\n\n".join(each for each in parts if each)
