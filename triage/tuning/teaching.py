"""Teaching: what people labelled while they worked, as examples for the classifier."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

from django.db.models import Q

from models.examples import Example
from models.text import Passage
from triage.intents import intents, today
from triage.tables import Lesson, Opinion, PostRow
from triage.tuning.uptake import why_not_learnt
from triage.walk.judging import passage_of_row

MADE_UP = 0.3
"""How much a text that somebody made up counts beside a labelled post."""


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


def labelled_posts() -> Iterator[dict[str, Any]]:
    """Each post that a person labelled, as a JSON object that `triage train --data` reads.

    `intent` is the newest that somebody gave it, `sentiment` the newest that somebody said; either
    is null where nobody did. No model learns from sentiments yet.
    """
    named, said = Lesson.objects.exclude(intent="").order_by("id"), Opinion.objects.order_by("id")
    intents = dict(named.values_list("post", "intent"))
    heard = dict(said.values_list("post", "sentiment"))
    labelled = Q(pk__in=named.order_by().values("post")) | Q(pk__in=said.order_by().values("post"))
    for row in PostRow.objects.filter(labelled).defer("raw").order_by("id").iterator():
        told = asdict(passage_of_row(row))
        yield told | {
            "intent": intents.get(row.pk),
            "sentiment": heard.get(row.pk),
            "source": "lessons",
        }


def learnable(examples: Sequence[Example]) -> tuple[list[Example], dict[str, str]]:
    """The examples that a model can learn from now, and by intent why the others wait.

    An example of an intent that was merged is one of its successor.
    """
    renamed = [replace(example, intent=today(example.intent)) for example in examples]
    posts = Counter(example.intent for example in renamed)
    waiting = {name: why for name in sorted(posts) if (why := why_not_learnt(name, posts[name]))}
    return [example for example in renamed if example.intent not in waiting], waiting


def made_up(examples: Iterable[Example]) -> list[Example]:
    """The texts with which ops described the intents of these examples, as weak examples."""
    here = {example.intent for example in examples}
    return [
        Example(Passage(id=f"{intent.name}:{n}", text=text), intent.name, MADE_UP, "examples")
        for intent in intents().values()
        if intent.name in here
        for n, text in enumerate(intent.examples)
    ]
