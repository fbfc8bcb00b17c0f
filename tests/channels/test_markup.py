"""HTML of posts as text."""

import pytest

from workers.channels.markup import plain_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two<br>three<br />four</p>", "one\n\ntwo\nthree\nfour"),
        ("<p>a &lt; b &amp; c &#39;d&#39; 1&nbsp;2</p>", "a < b & c 'd' 1 2"),
        (
            '<p><span class="h-card"><a href="https://x/@ann" class="u-url mention">@<span>ann'
            "</span></a></span> hi</p>",
            "@ann hi",
        ),
        ('<p><a class="mention hashtag" rel="tag">#<span>acme</span></a></p>', "#acme"),
        (
            '<p>see <a href="https://example.com/a/long/path"><span class="invisible">https://'
            '</span><span class="ellipsis">example.com/a/lo</span><span class="invisible">ng/path'
            "</span></a>.</p>",
            "see https://example.com/a/long/path.",
        ),
        ('<p>seen<span class="invisible">unseen</span></p>', "seen"),
        ("<p>to do</p><ul><li>one</li><li>two</li></ul><p>end</p>", "to do\n\n- one\n- two\n\nend"),
        ("<blockquote><p>said</p></blockquote><p>me</p>", "said\n\nme"),
        ("<p>a\nb</p>", "a b"),
        ("<pre>a\n  b</pre>", "a\nb"),
        ("plain words", "plain words"),
        (
            '<a href="https://a.example/long/path">https://a.example/l...</a>',
            "https://a.example/long/path",
        ),
        ('<a href="https://b.example">https://a.example/l...</a>', "https://a.example/l..."),
        (
            '<p>hi <img class="emoji" alt=":wave:" src="x"><img alt="image" src="y"></p>',
            "hi :wave:",
        ),
        ("https://example.com", "https://example.com"),
        ("<script>alert(1)</script><p>x</p><!-- y -->", "x"),
        ("<p>open <b>and <i>crossed</b> tags", "open and crossed tags"),
        ("", ""),
    ],
)
def test_what_people_see_is_kept(html: str, text: str) -> None:
    assert plain_text(html) == text


def test_deeply_nested_and_very_long_html_is_survived() -> None:
    assert plain_text("<b>" * 20_000 + "x") == "x"
    assert len(plain_text("word " * 1_000_000)) <= 200_000
