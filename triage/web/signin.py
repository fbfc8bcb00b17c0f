"""Signing in and out, on the views of the sign-in library."""

from typing import Any

from allauth.account.internal.flows.logout import logout
from allauth.account.views import LoginView, ReauthenticateView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.base.views import ReauthenticateView as CodeAgainView
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from triage.staff.audit import note
from triage.web.signingin import Accounts


class SignIn(LoginView):
    """A name and a password; whoever is signed in already goes on."""

    template_name = "signin.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form calls `login` what our page calls `username`."""
        kwargs: dict[str, Any] = super().get_form_kwargs()
        if "data" in kwargs:
            data = kwargs["data"].copy()
            data["login"] = data.get("username", "")
            kwargs["data"] = data
        return kwargs

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What was typed, whether the door is shut for a while, and the company's way in."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        wrong = context["form"].non_field_errors().as_data()
        return {
            **context,
            "typed": self.request.POST.get("username", ""),
            "next": self.request.POST.get("next") or self.request.GET.get("next", ""),
            "shut": "too_many_login_attempts" in {error.code for error in wrong},
            "company": company(),
        }


class Code(AuthenticateView):
    """The code after the password; who has lost the device types a recovery code."""

    template_name = "signincode.html"

    def form_invalid(self, form: Any) -> HttpResponse:
        """Note that a password was known and a code was not."""
        user = self.stage.login.user
        address = Accounts(self.request).get_client_ip(self.request)
        note("sign_in_failed", by=user, address=address, way="code")
        answer: HttpResponse = super().form_invalid(form)
        return answer


class Again(ReauthenticateView):
    """The password once more, before something that a stolen session must not do."""

    template_name = "again.html"


class CodeAgain(CodeAgainView):
    """A code once more, for those who come by the company's sign-in and have no password."""

    template_name = "again.html"


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, by POST only."""
    logout(request)
    return HttpResponseRedirect(reverse(str(settings.LOGOUT_REDIRECT_URL)))


def company() -> dict[str, str] | None:
    """The company's sign-in, by its name and address; None where there is none."""
    if not settings.ENVIRONMENT.company_sign_in:
        return None
    [app] = settings.ENVIRONMENT.company_sign_in
    address = reverse("openid_connect_login", kwargs={"provider_id": app["provider_id"]})
    return {"name": str(app["name"]), "address": address}
