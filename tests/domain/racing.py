"""Six people who ask for the next item of one queue at the same moment, until it is empty.

Run as a program on a database file of its own: threads of a test share SQLite's in-memory one.
"""

import sys
import threading
from datetime import timedelta

ITEMS, PEOPLE = 60, 6


def race() -> str:
    """What came of it, in words."""
    from django.db import connection
    from django.utils import timezone

    from triage.desk.taking import next_item
    from triage.tables import Channel, Item, User
    from triage.vocabulary import Team

    people = [User.objects.create(username=f"r{n}", teams=[Team.COMMUNITY]) for n in range(PEOPLE)]
    channel = Channel.objects.create(name="race", source="x")
    now = timezone.now()
    Item.objects.bulk_create(
        Item(
            channel=channel,
            key=f"k{n}",
            conversation="c",
            queue="support",
            posted_at=now - timedelta(seconds=n),
        )
        for n in range(ITEMS)
    )
    taken: list[int] = []
    errors: list[str] = []

    def drain(user: User) -> None:
        try:
            barrier.wait()
            while item := next_item(user, "support"):
                taken.append(item.pk)
        except Exception as error:
            errors.append(repr(error))
        finally:
            connection.close()

    barrier = threading.Barrier(PEOPLE)
    threads = [threading.Thread(target=drain, args=(user,)) for user in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors or len(taken) != len(set(taken)):
        return f"{len(taken)} taken, {len(set(taken))} of them different; {errors}"
    owned = Item.objects.filter(status="claimed", owner__in=people).count()
    return f"{owned} items, each to one of {PEOPLE} people"


def race_to_assign() -> str:
    """Four clerks who give out one queue at the same moment, to two people with room for five."""
    from django.db import connection
    from django.utils import timezone

    from triage.desk.assigning import assign_waiting
    from triage.desk.desks import be_here, set_up_desk
    from triage.tables import Channel, Item, User
    from triage.vocabulary import Team

    people = [User.objects.create(username=f"a{n}", teams=[Team.COMMUNITY]) for n in range(2)]
    for user in people:
        be_here(user)
        set_up_desk(user, capacity=5, takes_work=True)
    channel = Channel.objects.create(name="clerks", source="x")
    Item.objects.bulk_create(
        Item(
            channel=channel,
            key=f"k{n}",
            conversation="c",
            queue="support",
            posted_at=timezone.now(),
        )
        for n in range(20)
    )
    errors: list[str] = []

    def give() -> None:
        try:
            barrier.wait()
            assign_waiting()
        except Exception as error:
            errors.append(repr(error))
        finally:
            connection.close()

    barrier = threading.Barrier(4)
    threads = [threading.Thread(target=give) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    loads = [Item.objects.filter(owner=user, status="claimed").count() for user in people]
    return f"{loads} {errors or ''}".strip()


RACES = {"race": race, "race_to_assign": race_to_assign}


def main() -> None:
    """Make the database, and race in it."""
    import os

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(RACES[sys.argv[1]]())


if __name__ == "__main__":
    main()
