"""How often the interval of the estimated accuracy holds the true one, in streams of known truth.

python -m bench.coverage
"""

import os
import tempfile
from random import Random

os.environ.setdefault("TRIAGE_HOME", tempfile.mkdtemp(prefix="triage-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from triage.tuning.agreement import Seen, accuracy_of_sure  # noqa: E402  Django first
from triage.tuning.policy import Rulebook, read_policy  # noqa: E402
from triage.tuning.sampling import DRAWN, drawn  # noqa: E402

SIZES = {2_000: 200, 5_000: 200, 20_000: 60}
"""Posts of a stream -> streams."""
THRESHOLDS = (0.5, 0.7, 0.85)
UNSURE_BELOW = 0.7  # as the posts were drawn, whichever threshold is asked about later


def main() -> None:
    """One line a size and threshold."""
    print("posts  threshold  readings  held the truth")
    for posts, streams in SIZES.items():
        for threshold in THRESHOLDS:
            policy = read_policy(f"[thresholds]\npromo = {threshold}\nsupport = {threshold}\n")
            told = [_stream(seed, posts, threshold, policy) for seed in range(streams)]
            readings = sum(n for n, _ in told) // streams
            held = sum(inside for _, inside in told)
            print(f"{posts:>6} {threshold:>9} {readings:>9}  {held} of {streams}")


def _stream(seed: int, posts: int, threshold: float, policy: Rulebook) -> tuple[int, bool]:
    """(readings of sure posts, whether the interval holds the truth) of one stream."""
    random = Random(seed)
    seen, sure, right = [], 0, 0
    for number in range(posts):
        confidence = random.uniform(0.4, 1)
        truth = "lead" if random.random() < confidence**1.5 else "question"
        if confidence >= threshold:
            sure, right = sure + 1, right + (truth == "lead")
        unsure = confidence < UNSURE_BELOW
        chance = drawn(f"{seed}-{number}", unsure=unsure, review=DRAWN)
        if chance:
            seen.append(Seen("lead", confidence, truth, "public", chance))
    share = accuracy_of_sure(seen, policy)
    return share.n, share.low <= right / sure <= share.high


if __name__ == "__main__":
    main()
