"""Numbers: shares as people read them, everywhere alike, and whole numbers as people type them."""


def percent(share: float, *, digits: int = 0) -> str:
    """0.943 -> `94%`, with one digit `94.3%`; never rounded up to a certainty nobody claims."""
    most = 1 - 10 ** -(digits + 2)
    return f"{min(share, most) if share < 1 else share:.{digits}%}"


def between(low: float, high: float, *, digits: int = 0) -> str:
    """The ends of a range of shares: 0.21 and 0.94 -> `21% to 94%`."""
    return f"{percent(low, digits=digits)} to {percent(high, digits=digits)}"


def whole(word: str, *, digits: int = 18) -> int | None:
    """A whole number from an address or a form; None for anything else, and for more digits.

    Eighteen digits fit any id, so no database ever refuses what somebody typed.
    """
    return int(word) if word.isascii() and word.isdigit() and len(word) <= digits else None
