"""The settings of the test suite: the product's own, in a home of their own."""

import atexit
import os
import shutil
import tempfile


def _folder(within: str | None = None) -> str:
    """A folder of this process alone, gone when it ends."""
    path = tempfile.mkdtemp(prefix="triage-test-", dir=within)
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


os.environ["TRIAGE_HOME"] = _folder()
os.environ.setdefault("LOG_LEVEL", "ERROR")
os.environ["UNDO_SECONDS"] = "0"  # nobody waits in a test to call something back
os.environ.pop("REDIS_URL", None)
if "TEST_DATABASE_URL" in os.environ:
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
else:
    os.environ.pop("DATABASE_URL", None)

# The cores are taken by as many test processes. A training on several threads has them wait for
# each other at full speed: it costs four times the processor time when something else runs.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from config.settings import *  # noqa: E402, F403  the environment must be set first

# Hashing passwords slowly is for real ones.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# A file, as installations have it: a database in memory refuses readers while somebody writes,
# where a file lets them wait. It lies in memory where there is such a place: nobody needs it after
# a power cut.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    SHARED_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    MEMORY = os.environ.get("TEST_MEMORY", SHARED_MEMORY)
    NAME = os.path.join(_folder(MEMORY), "test.sqlite3")
    DATABASES["default"]["TEST"] = {"NAME": NAME}  # noqa: F405
