"""Sessions that outlive a pull."""

import pytest

from workers.channels.kept import KeptSession


def test_a_session_is_there_again_for_the_secret_that_opened_it() -> None:
    KeptSession("acme", "secret").write("session")
    assert KeptSession("acme", "secret").read() == "session"
    assert KeptSession("acme", "other").read() is None
    assert KeptSession("other", "secret").read() is None


def test_a_forgotten_session_is_gone() -> None:
    kept = KeptSession("forgotten", "secret")
    kept.forget()
    kept.write("session")
    kept.forget()
    assert kept.read() is None


@pytest.mark.parametrize("damage", [b"", b"x" * 100])
def test_a_damaged_file_is_no_session(damage: bytes) -> None:
    kept = KeptSession("damaged", "secret")
    kept.write("session")
    kept.path.write_bytes(damage)
    assert kept.read() is None
    kept.write("again")
    assert kept.read() == "again"


def test_a_home_that_cannot_be_written_to_is_no_failure() -> None:
    kept = KeptSession("nowhere", "secret")
    kept.write("session")
    folder = kept.path.parent
    moved = folder.rename(folder.with_name("moved"))
    folder.write_text("a file in the place of the folder")
    try:
        kept.write("session")
        kept.forget()
        assert kept.read() is None
    finally:
        folder.unlink()
        moved.rename(folder)
