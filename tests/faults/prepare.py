"""Make the database of an installation and its channels, as a person would with the command.

python -m tests.faults.prepare '[{"name": "t0", "hashtag": "t0", "base_url": "http://…"}]'
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping

from tests.stack import PYTHON, ROOT


def prepare(env: Mapping[str, str], *, base_url: str, tags: Iterable[str]) -> None:
    """Migrate the database of `env` and watch these hashtags every second."""
    asked = json.dumps({"base_url": base_url, "tags": list(tags)})
    subprocess.run(
        [PYTHON, "-m", "tests.faults.prepare", asked], env=dict(env), cwd=ROOT, check=True
    )


def _prepare(base_url: str, tags: list[str]) -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from triage.management.database import prepare_database
    from triage.watch.channels import add_channel

    prepare_database()
    for tag in tags:
        add_channel(
            name=tag,
            source="mastodon",
            kind="public",
            settings={"hashtag": tag, "base_url": base_url},
            secret_names={},
            interval=1,
        )


if __name__ == "__main__":
    _prepare(**json.loads(sys.argv[1]))
