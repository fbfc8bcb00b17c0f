"""A signpost for Django, which looks for tables here. In this repository "models" always means
the classifier: the tables are in `triage.tables`, and nothing imports this file."""

from triage.tables import *  # noqa: F403  Django only needs the classes to be reachable here
