"""`python -m workers.alive`: exit 0 while the schedule's signs of life arrive, 1 when they do not.

The health check of worker and beat containers: it asks the rows, so that a process that is alive
and does nothing is found out.
"""

import os
import sys

import django


def main() -> int:
    """Say what is wrong on stderr; the exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from triage.watch.health import health

    stopped = health().stopped
    for sentence in stopped:
        sys.stderr.write(f"{sentence}\n")
    return 1 if stopped else 0


if __name__ == "__main__":
    sys.exit(main())
