"""Teaching: what people labelled while they worked, as examples for the classifier."""

from models.examples import Example
from triage.tables import Lesson
from triage.walk.judging import passage_of_row


def taught_examples() -> list[Example]:
    """One example for each post that somebody gave an intent, by the newest such lesson.

    A hand-off that named only the queue is no label of an intent, and is left out.
    """
    lessons = Lesson.objects.exclude(intent="").select_related("post").order_by("id")
    newest = {lesson.post_id: lesson for lesson in lessons}
    return [
        Example(passage_of_row(lesson.post), lesson.intent, source="lessons")
        for lesson in newest.values()
    ]
