"""Makes models/starter/model: python -m tools.encoder.ship [MORE.jsonl …].

The encoder must lie in its place. Further files of our own posts can be named.
"""

import sys
from dataclasses import replace

import click

from models import registry
from models.classifier import Classifier
from models.encoder import load_encoder
from models.training import train
from tools.encoder.posts import ROUTES, shipping, starter_posts

SHOWN = 100
"""Posts of a language from which on what ships counts as having been shown it."""


def main() -> None:
    """Learn from the real posts that may ship and our own, and put the model in its place."""
    examples = [*shipping(), *starter_posts(sys.argv[1:])]
    model = train(
        examples,
        routes=ROUTES,
        shares=None,
        encoder=load_encoder(),
        progress=lambda line: click.echo(line, err=True),
    )
    known = {lang for lang, posts in model.counts["lang"].items() if posts >= SHOWN}
    settings = replace(model.classifier.settings, languages=frozenset(known - {"unknown"}))
    classifier = Classifier(
        model.classifier.space, model.classifier.linear, settings, deep=model.classifier.deep
    )
    model = replace(model, classifier=classifier)
    click.echo(f"{registry.ship(model)} {model.metrics}")


if __name__ == "__main__":
    main()
