"""Policy versions: the file in force, and what happens to one that cannot be used."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from triage.tables import Policy, User
from triage.tuning.policies import (
    adopt_file,
    difference,
    policy_in_force,
    policy_row,
    policy_version,
    put_in_force,
    roll_back,
    shipped_policy,
)
from triage.tuning.policy import PolicyError
from triage.vocabulary import Queue


@pytest.fixture
def file(tmp_path: Path, settings: Settings) -> Path:
    path = tmp_path / "policy.toml"
    path.write_text("[thresholds]\npromo = 0.7\n")
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, policy_file=path)
    return path


def versions() -> list[tuple[int, bool]]:
    return list(Policy.objects.order_by("version").values_list("version", "in_force"))


@pytest.mark.django_db
def test_a_database_without_a_policy_takes_the_shipped_file(file: Path) -> None:
    policy = policy_in_force()
    assert (policy.version, policy.thresholds[Queue.PROMO]) == (1, 0.7)
    assert policy_in_force() == policy
    row = Policy.objects.get()
    assert (row.reason, row.in_force, row.text) == ("the policy shipped", True, file.read_text())


@pytest.mark.django_db
def test_a_changed_file_becomes_a_new_version_and_an_unchanged_one_does_not(file: Path) -> None:
    adopt_file(file)
    assert adopt_file(file).version == 1
    file.write_text("[thresholds]\npromo = 0.8\n")
    assert policy_in_force().thresholds[Queue.PROMO] == 0.7, "until somebody adopts it"
    assert adopt_file(file, reason="less review").version == 2
    assert adopt_file(file).version == 2
    assert versions() == [(1, False), (2, True)]
    assert policy_in_force().thresholds[Queue.PROMO] == 0.8


@pytest.mark.django_db
def test_going_back_to_an_earlier_file_is_a_new_version(file: Path) -> None:
    first = file.read_text()
    for text in (first, "", first):
        file.write_text(text)
        adopt_file(file)
    assert versions() == [(1, False), (2, False), (3, True)]


@pytest.mark.django_db
def test_a_file_that_cannot_be_used_changes_nothing(file: Path) -> None:
    adopt_file(file)
    file.write_text("[thresholds]\npromo = 7\n")
    with pytest.raises(PolicyError, match=r"policy.toml: thresholds.promo is 7; it must be from"):
        adopt_file(file)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(PolicyError, match=r"policy.toml is not UTF-8"):
        adopt_file(file)
    file.unlink()
    with pytest.raises(PolicyError, match=r"policy.toml cannot be read: No such file"):
        adopt_file(file)
    assert versions() == [(1, True)]
    assert policy_in_force().version == 1


@pytest.mark.django_db
def test_what_somebody_saved_stays_until_the_file_is_changed(file: Path, olga: User) -> None:
    adopt_file(file)
    row = put_in_force("[thresholds]\npromo = 0.8\n", author=olga, reason=" less\n work ")
    assert (row.version, row.author, row.reason) == (2, olga, "less work")
    assert adopt_file(file).version == 2, "the product starts again with the same file"
    put_in_force("[thresholds]\npromo = 0.9\n", author=olga, reason="more")
    assert adopt_file(file).version == 3
    file.write_text("[thresholds]\npromo = 0.6\n")
    assert adopt_file(file).version == 4
    assert policy_in_force().thresholds[Queue.PROMO] == 0.6


@pytest.mark.django_db
def test_a_file_that_says_what_is_in_force_counts_as_seen(file: Path) -> None:
    first, second = file.read_text(), "[thresholds]\npromo = 0.8\n"
    adopt_file(file)
    put_in_force(second, author=None, reason="r")
    file.write_text(second)
    assert adopt_file(file).version == 2
    file.write_text(first)
    assert adopt_file(file).version == 3


@pytest.mark.django_db
def test_saving_needs_a_policy_a_reason_and_the_version_that_was_seen(file: Path) -> None:
    adopt_file(file)
    for text, reason, seen, said in (
        ("[thresholds]\npromo = 7\n", "r", 1, "promo is 7"),
        ("", " ", 1, "Give a short reason"),
        ("", "r", 2, "Policy 1 has come into force since you opened policy 2"),
    ):
        with pytest.raises(PolicyError, match=said):
            put_in_force(text, author=None, reason=reason, seen=seen)
    assert versions() == [(1, True)]
    assert put_in_force(file.read_text(), author=None, reason="r", seen=1).version == 1
    assert put_in_force("", author=None, reason="r", seen=1).version == 2


@pytest.mark.django_db
def test_going_back_goes_to_the_last_version_that_says_something_else(file: Path) -> None:
    first = file.read_text()
    adopt_file(file)
    with pytest.raises(PolicyError, match="no earlier policy"):
        roll_back(author=None)
    put_in_force("", author=None, reason="r")
    assert roll_back(author=None).text == first
    assert roll_back(author=None, reason="no").reason == "back to policy 2: no"
    assert roll_back(3, author=None).text == first
    with pytest.raises(PolicyError, match="no policy 9"):
        roll_back(9, author=None)
    assert policy_row().version == 5


@pytest.mark.django_db
def test_versions_are_compared_line_by_line(file: Path) -> None:
    adopt_file(file)
    put_in_force("[thresholds]\npromo = 0.8\n", author=None, reason="r")
    old, new = policy_version(1), policy_version(2)
    assert old is not None
    assert new is not None
    assert difference(old, new)[-2:] == ["-promo = 0.7", "+promo = 0.8"]
    assert difference(old, old) == []


def test_the_shipped_policy_is_read_without_a_database(file: Path) -> None:
    assert shipped_policy().thresholds[Queue.PROMO] == 0.7
    file.unlink()
    with pytest.raises(PolicyError, match="cannot be read"):
        shipped_policy()


def test_the_policy_in_the_box_can_be_used() -> None:
    assert shipped_policy().thresholds[Queue.ARCHIVE] >= shipped_policy().thresholds[Queue.PROMO]


def at_once(act: Callable[[], object], times: int = 4) -> None:
    """Run an act in so many threads that start together."""
    if connection.vendor != "postgresql":
        pytest.skip("threads share SQLite's in-memory database; runs on PostgreSQL")
    barrier = threading.Barrier(times)

    def start() -> None:
        try:
            barrier.wait()
            act()
        finally:
            connection.close()

    threads = [threading.Thread(target=start) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_processes_that_start_at_once_agree_on_the_first_policy(file: Path) -> None:
    found: list[int] = []
    at_once(lambda: found.append(policy_in_force().version))
    assert found == [1, 1, 1, 1]
    assert versions() == [(1, True)]


@pytest.mark.django_db(transaction=True)
def test_processes_that_adopt_a_changed_file_at_once_make_one_version(file: Path) -> None:
    adopt_file(file)
    file.write_text("[thresholds]\npromo = 0.8\n")
    found: list[int] = []
    at_once(lambda: found.append(adopt_file(file).version))
    assert found == [2, 2, 2, 2]
    assert versions() == [(1, False), (2, True)]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_is_told(file: Path) -> None:
    adopt_file(file)
    told: list[str] = []

    def save() -> None:
        try:
            put_in_force(f"# {threading.get_ident()}", author=None, reason="r", seen=1)
        except PolicyError as error:
            told.append(str(error))

    at_once(save, times=2)
    assert len(told) == 1
    assert "Policy 2 has come into force" in told[0]
    assert versions() == [(1, False), (2, True)]
