"""Learning intents: what ops have added is learnt from twenty posts on, and not before."""

from itertools import product

import pytest
from django.utils import timezone

from models import Example, Passage
from tests.domain.growth import PRAISE, add_praise
from tests.domain.learning import Teach, trained
from triage.posts import Post
from triage.tables import Channel, Lesson, PostRow, Training, User
from triage.tuning.growing import merge_intents, retire_intent
from triage.tuning.teaching import MADE_UP, learnable, made_up, taught_examples
from triage.tuning.uptake import uptakes
from triage.vocabulary import INTENTS
from triage.walk import judging
from triage.walk.intake import store
from triage.walk.sorting import sort_all

pytestmark = pytest.mark.usefixtures("root")
State = Training.State
NAMES = ("Mia", "Jonas", "Aylin", "Pierre", "Greta", "Tom", "Nadia", "Luis")
THANKS = (
    "A big thank you to {} of your shop, so patient with me!",
    "Kudos to {} from the service desk, what a star",
    "{} at your counter deserves a raise, thank you {}!",
    "Please tell {} that I am grateful, the kindest member of staff ever",
)
PRAISES = [text.format(name, name) for text, name in product(THANKS, NAMES)]
UNSEEN = "A big thank you to Olivia of your shop, the kindest member of staff, so patient!"


def said_of(text: str) -> str:
    classifier = judging.current_classifier()
    assert classifier is not None
    return classifier.judge([Passage(id="1", text=text)])[0].intent


def test_five_lessons_of_an_added_intent_change_nothing_and_break_nothing(
    teach: Teach, olga: User
) -> None:
    add_praise(olga)
    teach([(text, "praise") for text in PRAISES[:5]])
    row = trained()
    assert row.state == State.PROMOTED, row.said
    assert "praise: 5 of 20 posts until a model can learn it; they are left out" in row.log
    classifier = judging.current_classifier()
    assert classifier is not None
    assert set(classifier.intents) <= set(INTENTS)
    assert sort_all() == 305
    uptake = uptakes(now=timezone.now())["praise"]
    assert (uptake.taught, uptake.missing, uptake.known) == (5, 15, False)
    assert Lesson.objects.filter(intent="praise").count() == 5


def test_from_twenty_lessons_on_the_next_model_says_it_of_similar_posts(
    teach: Teach, olga: User, web: Channel, corpus: list[Example]
) -> None:
    add_praise(olga)
    assert said_of(UNSEEN) in INTENTS
    teach([(text, "praise") for text in PRAISES])
    row = trained()
    assert row.state == State.PROMOTED, row.said
    assert said_of(UNSEEN) == "praise"
    others = {said_of(each.passage.text) for each in corpus[:40]}
    assert "praise" not in others, "it takes nothing from the others"
    assert uptakes(now=timezone.now())["praise"].known
    store(web, [Post(id="new", text=UNSEEN)])
    sort_all()
    item = PostRow.objects.get(external_id="new").item
    assert item is not None
    assert item.intent == "praise"

    merge_intents("praise", into="retention", by=olga, reason="too fine")
    store(web, [Post(id="newer", text=UNSEEN + "!", author_id="u-9")])
    sort_all()
    read = PostRow.objects.get(external_id="newer").item
    assert read is not None
    assert read.intent == "retention", "the model still says praise"
    assert {each.intent for each in learnable(taught_examples())[0]} <= set(INTENTS)


def test_what_was_retired_is_said_no_more_after_a_training(teach: Teach, olga: User) -> None:
    teach()
    retire_intent("event", by=olga, reason="another company does them")
    posts = Lesson.objects.filter(intent="event").count()
    row = trained()
    assert row.state == State.PROMOTED, row.said
    left_out = f"event: its {posts} posts are left out, since the intent event was retired"
    assert left_out in row.log
    classifier = judging.current_classifier()
    assert classifier is not None
    assert set(classifier.intents) == set(INTENTS) - {"event"}


def test_what_ops_made_up_counts_little_and_only_once_the_intent_is_learnt(olga: User) -> None:
    add_praise(olga)
    few = [Example(Passage(id=text, text=text), "praise") for text in PRAISES[:19]]
    assert made_up(learnable(few)[0]) == []
    enough = [*few, Example(Passage(id="20", text=PRAISES[19]), "praise")]
    [example] = made_up(learnable(enough)[0])
    assert (example.passage.text, example.weight) == (PRAISE.examples[0], MADE_UP)
