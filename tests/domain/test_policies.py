"""Policy versions: the file in force, and what happens to one that cannot be used."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from triage.policies import adopt_file, policy_in_force, shipped_policy
from triage.policy import PolicyError
from triage.tables import Policy
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
