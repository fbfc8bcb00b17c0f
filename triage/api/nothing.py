"""What is answered where there is nothing, in the shape of every other error."""

from django.http import Http404, HttpRequest
from ninja import Router

router = Router()
WAYS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]


@router.api_operation(WAYS, "/{path:address}", auth=None, include_in_schema=False)
def nothing(request: HttpRequest, address: str) -> None:
    """The last address that is tried."""
    raise Http404("There is no such address; /api/v1/docs shows them all.")
