"""The webhook address: who is let in, what is kept, and how it is answered."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from config.cli import group
from tests.hooks.sending import KEYS, SECRET, TOKEN, deliver, post, signature, watch
from tests.web.conftest import at_desk
from triage.tables import Channel, DeadLetter, Delivery, PostRow, User
from triage.walk.deliveries import BODY_LIMIT, forget_doors, hook_address
from triage.walk.hooks import HOOKS

pytestmark = pytest.mark.django_db
BODY = b'{"id": "1", "text": "hello"}'


@pytest.fixture
def place() -> Channel:
    return watch("generic", "front desk")


@pytest.mark.parametrize("kind", HOOKS)
def test_a_signed_delivery_is_stored_as_it_came_and_answered_at_once(kind: str) -> None:
    channel = watch(kind)
    assert deliver(channel, BODY).status_code == 200
    found = Delivery.objects.get()
    assert (found.channel, found.body, found.state) == (channel, BODY.decode(), "new")
    assert SECRET not in str(found.headers)
    assert not PostRow.objects.exists()


@pytest.mark.parametrize("kind", HOOKS)
def test_a_forged_delivery_is_refused_and_writes_nothing(
    kind: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    channel = watch(kind)
    right = signature(kind, BODY)
    odd = [{}, signature(kind, BODY + b" "), signature(kind, BODY, "other")]
    odd += [dict.fromkeys(right, value) for value in ("", "é", "sha256=é", "\x00", "0" * 100_000)]
    with django_assert_max_num_queries(2 * len(odd)):
        found = [post(channel, BODY, headers).status_code for headers in odd]
    assert set(found) == {401}
    assert not Delivery.objects.exists()
    assert not DeadLetter.objects.exists()
    assert post(channel, BODY, right).status_code == 200


def test_a_replay_is_answered_like_the_first_and_adds_no_row(place: Channel) -> None:
    assert [deliver(place, BODY).status_code for _ in range(3)] == [200, 200, 200]
    assert Delivery.objects.count() == 1


def test_a_delivery_costs_one_statement_beyond_looking_at_the_channel(
    place: Channel, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3):  # the channel, its stored keys, the delivery
        assert post("front desk", BODY, signature("generic", BODY)).status_code == 200
    with django_assert_num_queries(1):
        assert post("front desk", b"{}", signature("generic", b"{}")).status_code == 200


def test_what_is_too_large_is_refused_before_it_is_read(place: Channel) -> None:
    large = b'{"id": "1", "text": "%s"}' % (b"x" * BODY_LIMIT)
    assert deliver(place, large).status_code == 413
    fits = b'{"id": "1", "text": "%s"}' % (b"x" * (BODY_LIMIT - 23))
    assert len(fits) == BODY_LIMIT
    assert deliver(place, fits).status_code == 200
    for length in ("many", "-1", "9" * 40):
        answer = Client().generic("POST", "/hooks/front desk", BODY, CONTENT_LENGTH=length)
        assert answer.status_code in (411, 413), length
    chunked = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
    assert Client().generic("POST", "/hooks/front desk", BODY, **chunked).status_code == 411
    assert Delivery.objects.count() == 1


def test_bytes_that_are_no_text_are_kept_readably(place: Channel) -> None:
    assert deliver(place, b"\xff\x00{").status_code == 200
    assert Delivery.objects.get().body == "��{"


@pytest.mark.parametrize("name", ["nobody", "999999", "9" * 30, "a%00b", "removed", "plain file"])
def test_an_unknown_channel_does_not_exist(name: str) -> None:
    watch("generic", "removed", state="removed")
    Channel.objects.create(name="plain file", source="file")
    assert Client().get(f"/hooks/{name}").status_code == 404
    assert Client().post(f"/hooks/{name}", BODY, "application/json").status_code == 404


def test_a_channel_is_found_by_its_name_its_number_and_its_slug(place: Channel) -> None:
    for name in ("front desk", "front%20desk", str(place.pk), "front-desk"):
        assert post(name, BODY, signature("generic", BODY)).status_code == 200
    watch("generic", "Front Desk")
    forget_doors()
    assert post("front-desk", BODY, signature("generic", BODY)).status_code == 404


def test_a_number_as_a_name_is_no_other_channels_number(place: Channel) -> None:
    namesake = watch("generic", str(place.pk), secret_names={"token": "HOOK_TOKEN"})
    assert post(str(place.pk), BODY, {"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert Delivery.objects.get().channel == namesake


def test_a_paused_channel_still_keeps_what_comes() -> None:
    channel = watch("generic", state="paused")
    assert deliver(channel, BODY).status_code == 200
    assert Delivery.objects.get().state == "new"


def test_a_missing_secret_is_our_fault_and_nothing_is_let_in(
    place: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOOK_SECRET", "HOOK_TOKEN"):
        monkeypatch.delenv(name)
    for headers in ({}, signature("generic", BODY, ""), {"Authorization": "Bearer "}):
        assert post(place, BODY, headers).status_code == 503
    assert not Delivery.objects.exists()


def test_a_secret_may_lie_in_a_file(
    place: Channel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("HOOK_SECRET")
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    monkeypatch.setenv("HOOK_SECRET_FILE", str(tmp_path / "secret"))
    assert deliver(place, BODY).status_code == 200


def test_meta_can_verify_the_address() -> None:
    watch("facebook")
    query = {"hub.mode": "subscribe", "hub.challenge": "<b>42", "hub.verify_token": TOKEN}
    found = Client().get("/hooks/facebook", query)
    assert (found.status_code, found.content) == (200, b"<b>42")
    assert found["Content-Type"].startswith("text/plain")
    assert found["X-Content-Type-Options"] == "nosniff"
    assert Client().get("/hooks/facebook", {**query, "hub.verify_token": "é"}).status_code == 403
    assert Client().get("/hooks/facebook").status_code == 403


def test_x_and_linkedin_can_verify_the_address() -> None:
    watch("x")
    watch("linkedin")
    found = Client().get("/hooks/x", {"crc_token": "abc"})
    assert found.status_code == 200
    assert found.json()["response_token"].startswith("sha256=")
    assert Client().get("/hooks/x", {"crc_token": '{"data": 1}'}).status_code == 403
    code = {"challengeCode": "890e4665-4dfe-4ab1-b689-ed553bceeed0"}
    assert set(Client().get("/hooks/linkedin", code).json()) == {*code, "challengeResponse"}


def test_who_asks_nothing_is_told_to_post(place: Channel) -> None:
    assert Client().get("/hooks/front desk").status_code == 405
    assert Client().put("/hooks/front desk").status_code == 405


def test_the_address_is_shown_where_channels_are_listed(olga: User, alice: User) -> None:
    watch("x", "acme-on-x")
    place = watch("generic", "front desk")
    seven = watch("generic", "7")
    assert hook_address(place) == f"/hooks/{place.pk}"
    assert hook_address(seven) == f"/hooks/{seven.pk}"
    listed = CliRunner().invoke(group, ["channel", "list", "--json"])
    assert '"hook": "/hooks/acme-on-x"' in listed.stdout
    assert "http://testserver/hooks/acme-on-x" in at_desk(olga).get("/channels/").content.decode()
    assert "/hooks/" not in at_desk(alice).get("/channels/").content.decode()


def test_a_channel_that_takes_webhooks_can_be_added_with_its_keys() -> None:
    for kind, keys in KEYS.items():
        secrets = [f"--secret={key}={variable}" for key, variable in keys.items()]
        wanted = {"x": ["--set=user_id=42"], "linkedin": ["--set=organization=1"]}
        wanted |= {"instagram": ["--set=ig_user_id=1"]}
        wanted |= {"discourse": ["--set=base_url=http://f.example"]}
        done = CliRunner().invoke(
            group, ["channel", "add", kind, "--name", kind, *wanted.get(kind, []), *secrets]
        )
        assert done.exit_code == 0, done.output
