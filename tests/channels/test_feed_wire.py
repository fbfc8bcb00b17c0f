"""Where a feed may lead us: redirects to public places, or on the host that was named."""

import pytest

from tests.channels.server import Platform, Reply, redirect
from tests.channels.test_feed import PATH, item, rss, source
from workers.channels import feed_wire
from workers.channels.base import Unreachable
from workers.channels.feed_wire import is_public


def named(platform: Platform, host: str) -> str:
    """The address of the feed under another name for loopback."""
    return platform.url.replace("127.0.0.1", host) + PATH


def test_a_redirect_on_the_same_host_is_followed(platform: Platform) -> None:
    platform.on(PATH, Reply("", 301, {"Location": "/new.xml"}))
    platform.on("/new.xml", rss(item(3)))
    page = source(platform).fetch({})
    assert [post.id for post in page.posts] == ["https://blog.example/?p=3"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_public_host_is_followed(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setattr(feed_wire, "_is_global", lambda _: True)
    away = platform.url.replace("127.0.0.1", "localhost") + "/new.xml"
    platform.on(PATH, Reply("", status, {"Location": away}))
    platform.on("/new.xml", rss(item(3)))
    assert len(source(platform).fetch({}).posts) == 1
    assert platform.seen[-1].headers["host"].startswith("localhost")


@pytest.mark.parametrize(
    "away",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/",
        "http://[::1]:80/",
        "http://[::ffff:127.0.0.1]/",
        "http://0.0.0.0/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "http://me:secret@127.0.0.1/",
        "http://[oops",
        "",
    ],
)
def test_a_redirect_to_what_only_we_can_reach_is_not_followed(
    platform: Platform, away: str
) -> None:
    platform.on(PATH, redirect(away), rss(item(3)))
    with pytest.raises(Unreachable):
        source(platform).fetch({})
    assert len(platform.seen) == 1
    assert source(platform).fetch({}).posts


def test_a_name_that_turns_out_to_be_ours_is_hung_up_on(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It said something public when it was looked up, and loopback when it was connected to."""
    monkeypatch.setattr(feed_wire, "is_public", lambda _: True)
    away = platform.url.replace("127.0.0.1", "localhost") + "/new.xml"
    platform.on(PATH, redirect(away))
    platform.on("/new.xml", rss(item(3)))
    with pytest.raises(Unreachable, match="cannot be reached"):
        source(platform).fetch({})
    assert [seen.path for seen in platform.seen] == [PATH]


def test_a_loopback_name_that_the_settings_give_is_read(platform: Platform) -> None:
    platform.on(PATH, rss(item(3)))
    assert source(platform, url=named(platform, "localhost")).fetch({}).posts


def test_redirects_in_a_circle_come_to_an_end(platform: Platform) -> None:
    platform.on(PATH, redirect(PATH))
    with pytest.raises(Unreachable, match="another address"):
        source(platform).fetch({})
    assert len(platform.seen) == 6


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("127.0.0.1", False),
        ("localhost", False),
        ("192.168.0.1", False),
        ("100.64.0.1", False),
        ("fe80::1", False),
        ("::ffff:10.0.0.1", False),
        ("224.0.0.1", False),
        ("host.invalid", True),
    ],
)
def test_what_is_public(host: str, public: bool) -> None:
    assert is_public(host) is public
