"""Lessons: what people teach the model while they work.

What they say of sentiments is kept apart (`opinions.py`): it labels no intent. `triage lessons`
gives both out together (`triage.tuning.teaching.labelled_posts`).
"""

from triage.tables import Item, Lesson, User


def note_lesson(
    item: Item, *, user: User, queue: str, intent: str = "", origin: Lesson.Origin, reason: str
) -> Lesson | None:
    """Keep a person's label of the post an item is about; None when the item has no post left."""
    post = item.latest_post
    if post is None:
        return None
    return Lesson.objects.create(
        post=post,
        post_version=post.version,
        queue=queue,
        intent=intent,
        origin=origin,
        user=user,
        reason=reason,
    )
