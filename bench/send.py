"""Send a file of posts into the task-per-post pipeline: python -m bench.send FILE."""

import json
import sys
from pathlib import Path

from bench.perpost import send
from triage.tables import Channel

lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
channel, _ = Channel.objects.get_or_create(name="bench", defaults={"source": "bench"})
send(channel.pk, [json.loads(line) for line in lines])
