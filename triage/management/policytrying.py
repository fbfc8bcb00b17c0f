"""`triage policy try` and `threshold`: what another policy would change, before it does."""

from pathlib import Path
from typing import Any

import click
from django.utils import timezone

from triage.management.database import with_database
from triage.management.output import Refusal, counted, emit, json_option, note
from triage.management.tuners import tuner, tuner_option
from triage.numbers import between, percent
from triage.tuning.foretelling import foretell
from triage.tuning.policies import policy_row, put_in_force
from triage.tuning.policy import PolicyError, Rulebook, read_policy
from triage.tuning.stalenames import stale_names
from triage.tuning.thresholds import threshold_of, with_threshold
from triage.vocabulary import label

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
days_option = click.option(
    "--days", type=click.IntRange(1, 3650), default=30, show_default=True, help="Of past posts."
)
posts_option = click.option(
    "--posts", "with_posts", is_flag=True, help="Print some of the posts that would move."
)


class Share(click.ParamType[float | None]):
    """A share from 0 to 1, or `none`."""

    name = "share"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float | None:
        """The number; None for `none`. Fails as wrong usage, with one sentence."""
        if value == "none":
            return None
        try:
            share = float(value)
        except ValueError:
            share = -1.0
        if not 0 <= share <= 1:
            self.fail(f"it is {value!r}; write a share from 0 to 1, like 0.85", param, ctx)
        return share


@click.command("try")
@click.argument("file", type=FILE)
@days_option
@posts_option
@json_option
@with_database
def try_out(file: Path, days: int, with_posts: bool, as_json: bool) -> None:
    """Say what FILE, and each of its rules, would have changed in the last days. Nothing is."""
    _, draft = read_file(file)
    data = foretell(draft, days=days, now=timezone.now())
    emit(data, as_json=as_json, text=foretold(data, with_posts=with_posts))


@click.command()
@click.argument("what", metavar="QUEUE_OR_INTENT")
@click.argument("share", type=Share(), metavar="SHARE")
@days_option
@posts_option
@click.option("--save", is_flag=True, help="Put it in force as a new version.")
@click.option("--reason", default="", help="Why; needed to save.")
@tuner_option
@json_option
@with_database
def threshold(
    what: str,
    share: float | None,
    days: int,
    with_posts: bool,
    save: bool,
    reason: str,
    name: str | None,
    as_json: bool,
) -> None:
    """Say what another threshold would change: how sure the model must be before a post goes to a
    queue alone. SHARE is from 0 to 1; `none` lets an intent follow its queue.
    """
    author, row = tuner(name), policy_row()
    before = threshold_of(read_policy(row.text), what)
    text = with_threshold(row.text, what, share)
    data = foretell(read_policy(text), days=days, now=timezone.now())
    saved = put_in_force(text, author=author, reason=reason, seen=row.version) if save else None
    told = {"name": what, "before": before, "threshold": share}
    emit(
        told | {"saved": saved.version if saved else None} | data,
        as_json=as_json,
        text=f"{_moved(what, before, share)}\n{foretold(data, with_posts=with_posts)}",
    )
    if saved is None:
        note("Nothing is saved; `--save --reason WHY` puts it in force.")
    elif saved.version == row.version:
        note(f"Policy {row.version} says so already.")
    else:
        note(f"Policy {saved.version} is in force. What waits stays; see `triage policy resort`.")


def read_file(file: Path) -> tuple[str, Rulebook]:
    """The text of a policy file, and the policy. Raises Refusal for one that cannot be used."""
    try:
        text = file.read_text(encoding="utf-8")
        policy = read_policy(text)
    except UnicodeDecodeError:
        raise Refusal(f"{file} is not UTF-8") from None
    except PolicyError as error:
        raise Refusal(f"{file}: {error}") from None
    for sentence in stale_names(text):
        note(sentence)
    return text, policy


def foretold(data: dict[str, Any], *, with_posts: bool) -> str:
    """What `foretell` found, in sentences; with the posts that would move, if they are wanted."""
    lines = [
        f"{counted(data['posts'], 'post')} of the last {data['days']} days: "
        f"{data['changed']} would be in another queue.",
        f"In review: {data['review_then']} in place of {data['review_now']}.",
    ]
    if data["expected_right"] is not None:
        lines.append(_expected(data))
    lines += [f"  {flow['from']} to {flow['to']}: {flow['posts']}" for flow in data["flows"]]
    lines += [_rule(rule) for rule in data["rules"]]
    lines.append(
        f"Of what waits, {counted(data['waiting_to_move'], 'item')} would be re-sorted; "
        f"{data['waiting_to_adjust']} would stay, with another priority or tag."
    )
    if with_posts:
        lines += [_example(post) for post in data["examples"]]
    return "\n".join(lines)


def _moved(what: str, before: float | None, share: float | None) -> str:
    old, new = ("that of its queue" if each is None else f"{each:g}" for each in (before, share))
    return f"Threshold of {label(what)}: {new} in place of {old}."


def _expected(data: dict[str, Any]) -> str:
    right, interval = data["expected_right"], data["interval"]
    footing = (
        f"measured on {counted(data['readings'], 'reading')} of posts drawn by chance"
        if data["measured"]
        else "so the model claims; too few posts drawn by chance have been read to measure it"
    )
    return (
        f"Of the {data['sorted_alone']} sorted without a person, {percent(right, digits=1)} "
        f"({between(*interval, digits=1)}) are expected to be right: {footing}."
    )


def _rule(rule: dict[str, Any]) -> str:
    kept = rule["kept_out"]
    more = f"; an earlier rule would have kept it from {counted(kept, 'post')}" if kept else ""
    return f"  rule {rule['name']}: would have run on {counted(rule['ran'], 'post')}{more}"


def _example(post: dict[str, Any]) -> str:
    item = f"item {post['item']}" if post["item"] else f"post {post['post']}"
    head = f"  {item}, {post['from']} to {post['to']}: {label(post['intent'])}"
    return f"{head} ({post['confidence']:.2f})\n    {' '.join(post['text'].split())[:200]}"
