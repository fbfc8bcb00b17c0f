"""The second factor: turn it on with an app, off again, and the recovery codes."""

from typing import Any

from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.safestring import mark_safe

from triage.staff.audit import note

ACCOUNT = reverse_lazy("account")


class TurnOn(ActivateTOTPView):
    """Scan the picture, type the first code."""

    template_name = "factoron.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The picture is made here of random letters, so it may stand in the page as it is."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        picture = mark_safe(context["totp_svg"])  # noqa: S308
        return {**context, "picture": picture, "secret": context["form"].secret}

    def form_valid(self, form: Any) -> HttpResponse:
        """Turn it on, and show the recovery codes."""
        answer: HttpResponse = super().form_valid(form)
        note("second_factor_on", by=self.request.user)
        return answer


class TurnOff(DeactivateTOTPView):
    """Back to the password alone."""

    template_name = "factoroff.html"
    success_url = ACCOUNT

    def form_valid(self, form: Any) -> HttpResponse:
        """Turn it off."""
        answer: HttpResponse = super().form_valid(form)
        note("second_factor_off", by=self.request.user)
        return answer


class Codes(ViewRecoveryCodesView):
    """The recovery codes that are left."""

    template_name = "codes.html"


class NewCodes(GenerateRecoveryCodesView):
    """New recovery codes in place of the old ones."""

    template_name = "codesnew.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """Make them; the old ones open nothing any more."""
        answer: HttpResponse = super().form_valid(form)
        note("recovery_codes", by=self.request.user)
        return answer
