"""Trials: the rules of two policies, run dry over one past post after another."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from triage.tuning.pastfacts import Said, past_of
from triage.tuning.policy import Rulebook
from triage.tuning.rules import NONE, Outcome, outcome_of


class Pair(NamedTuple):
    """What the rules in force say of a post, and what those of the draft say."""

    before: Outcome
    after: Outcome


SILENT = Pair(NONE, NONE)
Met = tuple[tuple[int, ...], ...]
"""The places of the rules that a post meets, on each side."""


class Trial:
    """The rules of what is in force and of a draft, over posts of which stored rows tell.

    A rule that both have looks at a post once, unless the two keep different hours; what the same
    rules come to is put together once. `needs` are the facts that any of them asks for.
    """

    def __init__(self, current: Rulebook, draft: Rulebook) -> None:
        self._rules = current.rules, draft.rules
        if current.hours == draft.hours:
            every = tuple(dict.fromkeys((*current.rules, *draft.rules)))
            sides = [(every, current.hours)]
        else:
            sides = [(current.rules, current.hours), (draft.rules, draft.hours)]
        self._sides = [(past_of(rules, hours), rules) for rules, hours in sides]
        self._pairs: dict[Met, Pair] = {}
        self.needs: frozenset[str] = frozenset().union(*(past.needs for past, _ in self._sides))
        self.silent = not any(self._rules)

    def pair(self, said: Said, kind: str, row: Sequence[Any]) -> Pair:
        """What both make of one past post; `row` has the columns of its facts."""
        if self.silent:
            return SILENT
        met = []
        for past, rules in self._sides:
            facts = past.facts(said, kind, row)
            met.append(tuple([place for place, rule in enumerate(rules) if rule.meets(facts)]))
        key = tuple(met)
        pair = self._pairs.get(key)
        if pair is None:
            pair = self._pairs[key] = self._pair(key)
        return pair

    def _pair(self, met: Met) -> Pair:
        sides = zip(self._sides, met, strict=True)
        ran = [{rules[place] for place in places} for (_, rules), places in sides]
        current, draft = self._rules
        return Pair(
            outcome_of([rule for rule in current if rule in ran[0]]),
            outcome_of([rule for rule in draft if rule in ran[-1]]),
        )
