"""`triage doctor`."""

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import click
import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from models import registry
from triage.back.outbox import oldest_unsent_seconds, outbox_counts
from triage.management.output import Refusal, counted, emit, json_option
from triage.tables import Channel, User
from triage.tuning.policies import shipped_policy
from triage.tuning.policy import PolicyError
from triage.tuning.taxonomy import look_if_there
from triage.walk.judging import models_root
from triage.watch.health import health
from triage.watch.tokens import locked_tokens
from workers.channels import KINDS
from workers.channels.base import Refused
from workers.pulling import open_source

SLOW = 300.0
"""Seconds after which something that waits to be sent is worth a word."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `level` is ok, warning or wrong."""

    level: str
    part: str
    message: str


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Say what is wrong with this installation, in sentences."""
    wrong = 0
    for finding in findings():
        wrong += finding.level == "wrong"
        sign = {"ok": "ok     ", "warning": "warning", "wrong": "WRONG  "}[finding.level]
        emit(asdict(finding), as_json=as_json, text=f"{sign} {finding.part}: {finding.message}")
    if wrong:
        raise Refusal(
            f"{counted(wrong, 'part')} of it {'is' if wrong == 1 else 'are'} wrong; see above"
        )


def findings() -> Iterator[Finding]:
    """Look at every part in turn; what depends on a part that is wrong is left out."""
    yield from _home()
    yield from _policy()
    yield from _broker()
    yield from _model()
    database = list(_database())
    yield from database
    if all(finding.level == "ok" for finding in database):
        yield from _people()
        yield from _tokens()
        yield from _channels()
        yield from _outbox()
        yield from _health()


def _home() -> Iterator[Finding]:
    home = settings.ENVIRONMENT.home
    if os.access(home, os.W_OK):
        yield Finding("ok", "home", f"{home} can be written.")
    else:
        yield Finding(
            "wrong", "home", f"{home} cannot be written; set TRIAGE_HOME to a place that can."
        )
    if settings.DEBUG:
        yield Finding("warning", "settings", "DEBUG is on: error pages show internals.")


def _policy() -> Iterator[Finding]:
    look_if_there()
    try:
        shipped_policy()
    except PolicyError as error:
        yield Finding("wrong", "policy", str(error))
    else:
        yield Finding("ok", "policy", f"{settings.ENVIRONMENT.policy_file} can be used.")


def _broker() -> Iterator[Finding]:
    if settings.ENVIRONMENT.embedded:
        yield Finding("ok", "broker", "embedded: in this process, no Redis needed.")
        return
    broker = redis.Redis.from_url(
        settings.ENVIRONMENT.broker_url, socket_timeout=3, socket_connect_timeout=2
    )
    try:
        found = broker.config_get("maxmemory-policy")
        evicts = str(dict(found).get("maxmemory-policy", "noeviction"))
    except redis.RedisError as error:
        yield Finding("wrong", "broker", f"Redis does not answer: {type(error).__name__}.")
        return
    if evicts != "noeviction":
        message = f"maxmemory-policy is {evicts}; set it to noeviction, or bells get lost."
        yield Finding("warning", "broker", message)
    else:
        yield Finding("ok", "broker", "Redis answers.")


def _model() -> Iterator[Finding]:
    root = models_root()
    version = registry.current(root)
    if version is None:
        message = "no model is in use, so everything goes to review; run `triage train`."
        shipped = registry.shipped_path().is_dir() and not registry.versions(root)
        if shipped:
            message = "the shipped model will be put in use when the first post is judged."
        yield Finding("ok" if shipped else "warning", "model", message)
        return
    try:
        registry.load(root, version)
    except registry.ModelRefused as refusal:
        yield Finding("wrong", "model", f"{version} cannot be used: {refusal}")
    else:
        yield Finding("ok", "model", f"{version} is in use.")


def _database() -> Iterator[Finding]:
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        text = " ".join(str(error).split())[:200]
        yield Finding("wrong", "database", f"it does not answer: {text}")
        return
    if not executor.loader.applied_migrations:
        message = "empty; the first command that needs its tables makes them."
        yield Finding("warning", "database", message)
    elif plan:
        message = f"{counted(len(plan), 'migration')} missing; run `triage migrate`."
        yield Finding("wrong", "database", message)
    else:
        yield Finding("ok", "database", f"{connection.vendor}, up to date.")


def _people() -> Iterator[Finding]:
    if not User.objects.filter(is_active=True).exists():
        yield Finding("warning", "people", "nobody can sign in yet; run `triage user add`.")


def _tokens() -> Iterator[Finding]:
    own = settings.ENVIRONMENT.home / "token_key"
    if locked := locked_tokens():
        message = (
            f"{counted(locked, 'stored token')} cannot be opened with the keys in use; put the key "
            "they were written with into TOKEN_KEYS, or give them anew (`triage channel secret`)."
        )
        yield Finding("wrong", "tokens", message)
    elif not settings.ENVIRONMENT.embedded and not settings.ENVIRONMENT.token_keys_given:
        message = f"TOKEN_KEYS is not set; other hosts cannot open what {own} encrypts."
        yield Finding("warning", "tokens", message)


def _channels() -> Iterator[Finding]:
    rows = Channel.objects.filter(source__in=KINDS, state=Channel.State.ACTIVE)
    for row in rows:
        try:
            open_source(row)
        except Refused as error:
            yield Finding("wrong", "channel", f"{row.name}: {error}")
    if not rows:
        yield Finding("warning", "channel", "nothing is pulled; run `triage channel add`.")


def _outbox() -> Iterator[Finding]:
    counts, waited = outbox_counts(), oldest_unsent_seconds()
    if counts["unknown"]:
        message = (
            f"{counted(counts['unknown'], 'sent act')} may or may not have left; a person must look"
        )
        yield Finding("warning", "outbox", f"{message}: `triage outbox`")
    if waited > SLOW:
        message = f"something has waited {waited / 60:.0f} minutes to be sent; `triage outbox`"
        yield Finding("warning", "outbox", message)


def _health() -> Iterator[Finding]:
    found = health()
    for message in found.stopped:
        yield Finding("warning", "health", message)
    for message in found.warnings:
        yield Finding("warning", "health", message)
