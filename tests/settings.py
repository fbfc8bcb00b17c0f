"""The settings of the test suite: the product's own, in a home of their own."""

import os
import tempfile

os.environ["TRIAGE_HOME"] = tempfile.mkdtemp(prefix="triage-test-home-")
os.environ.setdefault("LOG_LEVEL", "ERROR")
os.environ["UNDO_SECONDS"] = "0"  # nobody waits in a test to call something back
os.environ.pop("REDIS_URL", None)
if "TEST_DATABASE_URL" in os.environ:
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
else:
    os.environ.pop("DATABASE_URL", None)

from config.settings import *  # noqa: F403  the environment must be set first

# Hashing passwords slowly is for real ones.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# A file, as installations have it: a database in memory refuses readers while somebody writes,
# where a file lets them wait. It lies in memory where there is such a place: nobody needs it after
# a power cut.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    NAME = os.path.join(tempfile.mkdtemp(prefix="triage-test-", dir=MEMORY), "test.sqlite3")
    DATABASES["default"]["TEST"] = {"NAME": NAME}  # noqa: F405
