"""Signing in, as the sign-in library asks it of us: what is noted, sealed, and let in.

Nobody signs up. Somebody whom the company's sign-in knows is let in if their proven e-mail address
is that of a person here, or once they have linked the account themselves.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from triage.staff.audit import NOBODY, note
from triage.tables import User
from triage.watch.tokens import seal, unseal

UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104  not listened on: where a socket has no address


class Accounts(DefaultAccountAdapter):
    """Names and passwords: every sign-in, and every one that failed, is in the audit log."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: people are added."""
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The pages say themselves what was done."""

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that asks, one for all who come through a socket without addresses."""
        try:
            return str(super().get_client_ip(request))
        except PermissionDenied:
            return UNKNOWN_ADDRESS

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Raise ValidationError when too many passwords were wrong of late."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            self._note("locked_out", request, credentials.get("username", NOBODY))
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """A wrong name or password; whoever knows neither is `nobody`."""
        self._note("sign_in_failed", request, credentials.get("username", NOBODY))

    def login(self, request: HttpRequest, user: User) -> None:
        """Open the session."""
        super().login(request, user)
        self._note("signed_in", request, user)

    def logout(self, request: HttpRequest) -> None:
        """End it."""
        user = request.user
        super().logout(request)
        if isinstance(user, User):
            self._note("signed_out", request, user)

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """What somebody is told who was deactivated and comes by the company's sign-in."""
        self._note("sign_in_failed", request, user)
        return turned_away(request, "Your account is deactivated. Ask an admin.")

    def _note(self, event: str, request: HttpRequest, who: User | str) -> None:
        note(event, by=who, address=self.get_client_ip(request))


class SecondFactors(DefaultMFAAdapter):
    """Codes after the password: their secrets lie sealed, with the keys of the tokens."""

    def encrypt(self, text: str) -> str:
        """Seal what is stored."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open it. Raises ValidationError where no key of TOKEN_KEYS does."""
        text = unseal(encrypted_text)
        if text is None:
            raise ValidationError("The codes cannot be checked; ask ops to reset your codes.")
        return text

    def build_totp_svg(self, url: str) -> str:
        """The code to scan, without the XML head, so that it can stand in a page."""
        svg = str(super().build_totp_svg(url))
        return svg[svg.index("<svg") :]


class CompanyAccounts(DefaultSocialAccountAdapter):
    """The company's sign-in: it opens accounts that are there, and makes none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never: people are added."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Tell somebody who is known there and not here what to ask for."""
        if sociallogin.is_existing or sociallogin.state.get("process") == "connect":
            return
        accounts = Accounts(request)
        note("sign_in_failed", by=NOBODY, address=accounts.get_client_ip(request), way="company")
        sentence = (
            "Your company knows you, but nobody here has your e-mail address. "
            "Ask whoever runs Triage to add you, or sign in with your name and link the account."
        )
        raise ImmediateHttpResponse(turned_away(request, sentence))

    def send_notification_mail(
        self, template_prefix: str, user: User, *args: Any, **kwargs: Any
    ) -> None:
        """No mail is sent: that an account was linked is in the audit log."""
        if template_prefix.endswith("account_connected"):
            note("account_linked", by=user)

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        """Back to one's own page."""
        return reverse("account")

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """Say that the company's sign-in did not work out, whatever the reason."""
        sentence = "Single sign-on failed. Try again, or sign in with your name."
        raise ImmediateHttpResponse(turned_away(request, sentence, status=401))


def turned_away(request: HttpRequest, sentence: str, *, status: int = 403) -> HttpResponse:
    """The page that says why somebody is not let in."""
    return render(request, "turnedaway.html", {"sentence": sentence}, status=status)
