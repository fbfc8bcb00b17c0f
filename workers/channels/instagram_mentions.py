"""Mentions of an Instagram account in other people's captions and comments, asked for by id.

Webhooks name them and no listing has them; Instagram shows them to who was mentioned.
"""

from collections.abc import Sequence

from triage.posts import Post, PostRejected
from workers.channels.base import Delivered, Lookup, Rejected
from workers.channels.graph import Graph, GraphError
from workers.channels.graph_errors import BAD_PARAMETER, is_gone
from workers.channels.graph_round import Commented
from workers.channels.instagram_posts import Account, comment_post, media_post
from workers.channels.records import identifier, mapping, part, words

MEDIA_FIELDS = "id,caption,timestamp,username,permalink,media_type"
COMMENT_FIELDS = "id,text,timestamp,username,media{id,permalink}"


def looked_up(graph: Graph, account: Account, lookups: Sequence[Lookup]) -> Delivered:
    """Each mention as a post, a call each. Raises what `Graph` raises."""
    posts: list[Post] = []
    rejected: list[Rejected] = []
    for lookup in lookups:
        try:
            posts.append(_mention(graph, account, lookup))
        except PostRejected as error:
            rejected.append(Rejected(str(error), dict(lookup)))
        except GraphError as error:
            if error.code != BAD_PARAMETER:
                raise
            if not is_gone(error):  # comments are closed there, or a login that cannot ask
                why = f"Instagram does not show this mention (code {error.code})"
                rejected.append(Rejected(why, dict(lookup)))
    return Delivered(tuple(posts), tuple(rejected))


def _mention(graph: Graph, account: Account, lookup: Lookup) -> Post:
    media_id, comment_id = lookup["media_id"], lookup.get("comment_id")
    if comment_id is None:
        field = f"mentioned_media.media_id({media_id}){{{MEDIA_FIELDS}}}"
        media = mapping(part(graph.get_object(account["id"], fields=field), "mentioned_media"))
        return media_post({**media, "id": media_id}, account, ours=False)
    field = f"mentioned_comment.comment_id({comment_id}){{{COMMENT_FIELDS}}}"
    found = mapping(part(graph.get_object(account["id"], fields=field), "mentioned_comment"))
    under = identifier(part(found, "media", "id")) or media_id
    place = Commented(under, "", words(part(found, "media", "permalink")))
    return comment_post({**found, "id": comment_id}, place, None, account)
