"""Search over the API."""

import pytest
from django.test import Client

from tests.api.conftest import program, somebody
from tests.web.desk import arrive
from triage.finding.indexing import index_new

pytestmark = pytest.mark.django_db


def test_a_program_finds_what_a_person_finds(bobs: Client) -> None:
    made = [str(arrive(f"parcel {n}", minutes=n).pk) for n in range(3)]
    arrive("something else")
    index_new()
    first = bobs.get("/api/v1/search?q=parcel&limit=2").json()
    assert [hit["item"]["id"] for hit in first["items"]] == made[:0:-1]
    assert first["items"][0]["matched"] == "parcel 2"
    rest = bobs.get(f"/api/v1/search?q=parcel&limit=2&after={first['after']}").json()
    assert [hit["item"]["id"] for hit in rest["items"]] == made[:1]
    assert rest["after"] is None


def test_filters_narrow_a_search_of_a_program(bobs: Client) -> None:
    arrive("parcel one", intent="question")
    lead = arrive("parcel two", intent="lead")
    index_new()
    found = bobs.get("/api/v1/search?q=parcel&intent=lead").json()["items"]
    assert [hit["item"]["id"] for hit in found] == [str(lead.pk)]


@pytest.mark.parametrize("typed", ["%22", "-", "a%20OR%20(", "%00", "*"])
def test_no_query_is_an_error(bobs: Client, typed: str) -> None:
    answer = bobs.get(f"/api/v1/search?q={typed}")
    assert answer.status_code == 200
    assert answer.json() == {"items": [], "after": None}


def test_a_program_of_somebody_in_no_team_searches_nothing(db: None) -> None:
    assert program(somebody("charlie")).get("/api/v1/search?q=x").status_code == 403
