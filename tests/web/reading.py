"""What tests of the review lane put on the desk: a policy that draws, and people who read."""

from tests.web.desk import arrive
from triage.tables import Item, Policy, Reading, User
from triage.tuning.readings import Lane, read


def share(*, sure: float = 0, unsure: float = 0, second: float = 0) -> None:
    """Put a policy in force that draws these shares."""
    Policy.objects.update(in_force=False)
    number = Policy.objects.count() + 1
    text = f"[review]\nsure = {sure}\nunsure = {unsure}\nsecond = {second}\n"
    Policy.objects.create(version=number, text=text, digest=str(number), in_force=True)


def sampled(user: User, *, said: str, read_as: str, confidence: float = 0.9) -> Reading:
    """A post that was judged so, drawn, and read so by this person."""
    return give(user, arrive(intent=said, confidence=confidence), read_as)


def give(user: User, item: Item, intent: str) -> Reading:
    """One reading of the sample."""
    post = item.latest_post
    assert post is not None
    return read(post, user, lane=Lane.SAMPLE, version=post.version, intent=intent)
