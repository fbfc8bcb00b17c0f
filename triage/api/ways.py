"""Ways: what is answered to a method that an address does not take, like every other error."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

Answer = Callable[[HttpRequest], HttpResponse]


def told_as_json(get_response: Answer) -> Answer:
    """Middleware: the API's framework says it in plain text, before anything of ours is asked."""

    def answer(request: HttpRequest) -> HttpResponse:
        found = get_response(request)
        match = request.resolver_match
        if found.status_code != 405 or match is None or match.namespace != "api":
            return found
        ways = sorted(found["Allow"].split(", "))
        sentence = f"This address takes {' and '.join(ways)}, not {request.method}."
        return JsonResponse({"error": sentence}, status=405, headers={"Allow": ", ".join(ways)})

    return answer
