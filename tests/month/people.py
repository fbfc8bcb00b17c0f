"""Who works through the month: somebody who reads the sample, somebody who hands off, and ops."""

from random import Random

from bs4 import Tag

from tests.month.ops import Page
from tests.month.world import Stream
from triage.intents import intents
from triage.tables import Item, PostRow, User
from triage.vocabulary import Queue, label

SLIPS = 0.02
"""How often a reader presses the wrong key."""
WHY = "somebody stands in the shop and waits for an answer"
LANES = {"sample": "/review/?lane=sample", "unsure": "/review/?lane=unsure"}


class Reader:
    """Reads in the review lane, and says what each post truly is, but for a slip now and then."""

    def __init__(self, user: User, stream: Stream, *, slips: float = SLIPS) -> None:
        self.user, self.stream, self.slips = user, stream, slips

    def read(self, lane: str, *, at_most: int) -> int:
        """Read what waits in a lane -> how many posts were read.

        As the lane's script does it: the next post is on the page already, and comes forward when
        the one before it is answered.
        """
        page = Page.of(self.user, LANES[lane])
        card, upcoming = page.part("#card"), page.part("#upcoming")
        for done in range(at_most):
            if card.select_one("article") is None:
                return done
            page.part("#card").replace_with(card)
            card["id"] = "card"
            post = PostRow.objects.get(pk=_post(card))
            answer = label(self.answer(post.external_id)).capitalize()
            said = page.press(answer, script=True, more={"upcoming": _post(upcoming)})
            card, upcoming = upcoming, said.part("#upcoming")
        return at_most

    def answer(self, id: str) -> str:
        """The key that this reader presses for a post."""
        chance = Random(f"{self.user.username} {id}")
        if chance.random() < self.slips:
            return chance.choice(sorted(intents()))
        return self.stream.intent(id)


class Colleague:
    """Works in a queue, and hands off what belongs to the other team."""

    def __init__(self, user: User, stream: Stream) -> None:
        self.user, self.stream = user, stream

    def hand_off(self, queue: Queue, *, at_most: int) -> int:
        """Hand off what stands wrongly in a queue, the newest first -> how many there were."""
        page = Page.of(self.user, f"/queue/{queue}/")
        waiting = Item.objects.filter(queue=queue, status="open", twin_of=None, twins=None)
        done = 0
        for item in waiting.select_related("latest_post", "channel").order_by("-id"):
            assert item.latest_post is not None
            intent = self.stream.intent(item.latest_post.external_id)
            target = intents()[intent].queue(item.channel.kind)
            if done == at_most or target == queue:
                continue
            page = page.open(f"/item/{item.pk}/?act=hand-off")
            typed = {"Hand off to": f"{target}:{intent}", "Reason": WHY}
            page.press("Hand off", typed, script=True)
            done += 1
        return done


def _post(card: Tag) -> str:
    """The post of a card; nothing where no card is left."""
    article = card.select_one("article")
    return str(article["data-post"]) if article else ""
