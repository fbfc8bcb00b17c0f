"""The demo: people of each team, and the channels of a brand that does not exist."""

from dataclasses import dataclass

from triage.tables import Channel, User
from triage.vocabulary import Kind, Team
from triage.watch.channels import add_channel
from workers.channels.demo import BRAND


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody who can sign in to the demo."""

    name: str
    full_name: str
    teams: tuple[Team, ...]
    what: str
    approves: bool = False
    password: str = "triage-demo"  # noqa: S105  printed on purpose; the demo listens on loopback


PEOPLE = (
    DemoPerson("sofia", "Sofia Brandt", (Team.SOCIAL,), "social team, works the promo queue"),
    DemoPerson("cem", "Cem Aydin", (Team.COMMUNITY,), "community team, works the support queue"),
    DemoPerson(
        name="olga",
        full_name="Olga Reyes",
        teams=(Team.OPS,),
        what="ops, tunes and keeps channels healthy; may approve answers",
        approves=True,
    ),
    DemoPerson("ada", "Ada Novak", (Team.ADMIN,), "admin, may do everything"),
)
CHANNELS = (
    ("X mentions", Kind.PUBLIC, "x"),
    ("Facebook page", Kind.PUBLIC, "facebook"),
    ("Instagram", Kind.PUBLIC, "instagram"),
    ("LinkedIn", Kind.PUBLIC, "linkedin"),
    ("Fediverse and Bluesky", Kind.PUBLIC, "mastodon,bluesky"),
    ("Reddit", Kind.PUBLIC, "reddit"),
    ("YouTube comments", Kind.PUBLIC, "youtube"),
    ("The Flock (forum)", Kind.COMMUNITY, ""),
)


def demo_people() -> tuple[DemoPerson, ...]:
    """Who can sign in to the demo, with passwords."""
    return PEOPLE


def prepare_demo() -> None:
    """Make the demo's people and channels where they are missing; nothing is reset."""
    for person in PEOPLE:
        if not User.objects.filter(username=person.name).exists():
            first, _, last = person.full_name.partition(" ")
            user = User(
                username=person.name,
                first_name=first,
                last_name=last,
                teams=list(person.teams),
                may_approve=person.approves,
            )
            user.set_password(person.password)
            user.save()
    for name, kind, platforms in CHANNELS:
        if not Channel.objects.filter(name=name).exists():
            add_channel(
                name=name,
                source="demo",
                kind=kind,
                brand=BRAND,
                settings={"platforms": platforms} if platforms else {},
                secret_names={},
                interval=5,
            )
