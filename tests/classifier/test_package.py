import subprocess
import sys

import models


def test_every_public_name_is_there():
    for name in models.__all__:
        assert getattr(models, name) is not None


def test_a_name_that_is_not_there_is_an_attribute_error():
    assert not hasattr(models, "nothing")


def loaded_after(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_speaking_of_judgements_does_not_load_the_classifier():
    assert not loaded_after("from models import Judgement, Passage") & {"sklearn", "numpy", "skops"}


def test_the_package_loads_nothing_of_the_product():
    loaded = loaded_after("import models.evaluation, models.registry")
    assert not loaded & {"django", "celery", "redis", "triage", "workers", "tweepy", "mastodon"}
