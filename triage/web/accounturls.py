"""Addresses of signing in, of one's own account, and of the people here.

The names that begin with `account_`, `mfa_` and `openid_` are those that the sign-in library asks
for; it has no other address here.
"""

from allauth.socialaccount.providers.openid_connect import views as company
from django.urls import path
from django.views.generic import RedirectView

from triage.web import account, audit, erase, people, secondfactor, signin

PATHS = [
    path("sign-in/", signin.SignIn.as_view(), name="sign-in"),
    path("sign-in/", signin.SignIn.as_view(), name="account_login"),
    path("sign-in/code/", signin.Code.as_view(), name="mfa_authenticate"),
    path("sign-in/again/", signin.Again.as_view(), name="account_reauthenticate"),
    path("sign-in/again/code/", signin.CodeAgain.as_view(), name="mfa_reauthenticate"),
    path("sign-in/with/<slug:provider_id>/", company.login, name="openid_connect_login"),
    path("sign-in/with/<slug:provider_id>/back/", company.callback, name="openid_connect_callback"),
    path("sign-out/", signin.sign_out, name="sign-out"),
    path("account/", account.account, name="account"),
    path("account/settings/", account.save_settings, name="save-settings"),
    path("account/password/", account.change_password, name="change-password"),
    path("account/sessions/<int:pk>/end/", account.end_one, name="end-session"),
    path("account/sessions/end/", account.end_others, name="end-sessions"),
    path("account/keys/<int:pk>/revoke/", account.revoke, name="revoke-key"),
    path("account/codes/", RedirectView.as_view(pattern_name="account"), name="mfa_index"),
    path("account/codes/on/", secondfactor.TurnOn.as_view(), name="mfa_activate_totp"),
    path("account/codes/off/", secondfactor.TurnOff.as_view(), name="mfa_deactivate_totp"),
    path("account/codes/spare/", secondfactor.Codes.as_view(), name="mfa_view_recovery_codes"),
    path(
        "account/codes/spare/new/",
        secondfactor.NewCodes.as_view(),
        name="mfa_generate_recovery_codes",
    ),
    path("people/", people.people, name="people"),
    path("people/add/", people.add, name="add-person"),
    path("people/<int:pk>/password/", people.new_password, name="new-password"),
    path("people/<int:pk>/<slug:act>/", people.change, name="change-person"),
    path("audit/", audit.audit, name="audit"),
    path("erase/", erase.find, name="erase"),
    path("erase/<int:pk>/", erase.erase_person, name="erase-person"),
]
