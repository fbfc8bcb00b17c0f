"""The OpenAPI document and the page that shows it."""

import pytest
from django.test import Client

from tests.web.desk import watch


def test_the_document_names_every_address_and_what_a_refusal_looks_like() -> None:
    document = Client().get("/api/v1/openapi.json").json()
    assert set(document["paths"]) >= {
        "/api/v1/items",
        "/api/v1/items/{pk}",
        "/api/v1/items/{pk}/hand-off",
        "/api/v1/channels",
    }
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["security"] == [{"WithKey": []}]
            assert operation["summary"]


@pytest.mark.parametrize("way", ["get", "options", "post", "put", "patch", "delete"])
def test_an_address_that_there_is_not_is_an_error_like_every_other(way: str) -> None:
    answer = getattr(Client(), way)("/api/v1/no/such-thing")
    assert answer.status_code == 404
    assert answer.json() == {"error": "There is no such address; /api/v1/docs shows them all."}


@pytest.mark.parametrize(
    ("way", "address", "ways"),
    [
        ("post", "queues", ["GET"]),
        ("options", "runs", ["GET"]),
        ("get", "items/1/claim", ["POST"]),
        ("delete", "policies", ["GET", "POST"]),
    ],
)
def test_a_method_that_an_address_does_not_take_is_an_error_like_every_other(
    way: str, address: str, ways: list[str]
) -> None:
    answer = getattr(Client(), way)(f"/api/v1/{address}")
    assert answer.status_code == 405
    assert answer["Allow"] == ", ".join(ways)
    sentence = f"This address takes {' and '.join(ways)}, not {way.upper()}."
    assert answer.json() == {"error": sentence}


def test_elsewhere_a_method_that_is_not_taken_is_answered_as_it_was() -> None:
    answer = Client().post("/healthz")
    assert answer.status_code == 405
    assert answer.content == b""


def test_the_docs_page_loads_nothing_from_elsewhere() -> None:
    answer = Client().get("/api/v1/docs")
    assert answer.status_code == 200
    assert b"//cdn" not in answer.content
    assert "script-src 'self';" in answer["Content-Security-Policy"] + ";"


def test_channels_are_listed(bobs: Client) -> None:
    watch("X mentions")
    [channel] = bobs.get("/api/v1/channels").json()
    assert (channel["name"], channel["source"], channel["state"]) == ("X mentions", "x", "active")
