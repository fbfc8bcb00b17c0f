"""Signing in and out, on Django's own views."""

from django.contrib.auth.views import LoginView, LogoutView


class SignIn(LoginView):
    """A name and a password; whoever is signed in already goes on."""

    template_name = "signin.html"
    redirect_authenticated_user = True


class SignOut(LogoutView):
    """Ends the session, by POST only."""
