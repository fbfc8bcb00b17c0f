"""A company's sign-in (OpenID Connect) as a real server on loopback, where one person is known."""

import base64
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT, SECRET = "triage", "a secret of the test"


class Company:
    """What the server knows: whom it lets in, and what it was asked."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.person: dict[str, Any] = {"sub": "c-1", "email": "", "email_verified": True}
        self.codes: dict[str, str] = {}

    def claims(self) -> dict[str, Any]:
        return {"iss": self.url, "aud": CLIENT, "exp": 4_000_000_000, "iat": 1, **self.person}

    def get(self, path: str, query: dict[str, str]) -> tuple[int, dict[str, Any], str]:
        """Status, answer, and where to go instead."""
        if path == "/.well-known/openid-configuration":
            return 200, self._configuration(), ""
        if path == "/authorize":
            assert query["client_id"] == CLIENT
            code = secrets.token_hex(8)
            self.codes[code] = query["redirect_uri"]
            back = urlencode({"code": code, "state": query["state"]})
            return 302, {}, f"{query['redirect_uri']}?{back}"
        return (200, self.person, "") if path == "/userinfo" else (404, {}, "")

    def post(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any], str]:
        right = form.get("client_secret") == SECRET and path == "/token"
        if not right or self.codes.pop(form.get("code", ""), None) != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}, ""
        token = {"access_token": "t", "token_type": "Bearer", "id_token": unsigned(self.claims())}
        return 200, token, ""

    def _configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }


def unsigned(claims: dict[str, Any]) -> str:
    """An id token; what comes straight from the token address needs no signature to be read."""
    parts = ({"alg": "RS256", "typ": "JWT", "kid": "1"}, claims)
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts
    )
    return f"{head}.{body}.c2ln"


@contextmanager
def serving() -> Iterator[Company]:
    """Run it until the test is over."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self._answer(*company.get(parts.path, dict(_pairs(parts.query))))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer(*company.post(urlsplit(self.path).path, dict(_pairs(body))))

        def _answer(self, status: int, data: dict[str, Any], away: str) -> None:
            body = json.dumps(data).encode()
            self.send_response(status)
            if away:
                self.send_header("Location", away)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    company = Company(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield company
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for name, values in parse_qs(text).items():
        yield name, values[0]
