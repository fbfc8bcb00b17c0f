"""Addresses of the pages."""

from django.urls import path

from triage.web import acts, changes, channels, deadletters, hooks, items, probes, queues, signin

urlpatterns = [
    path("", queues.home, name="home"),
    path("sign-in/", signin.SignIn.as_view(), name="sign-in"),
    path("sign-out/", signin.SignOut.as_view(), name="sign-out"),
    path("queue/<slug:queue>/", queues.queue, name="queue"),
    path("item/<int:pk>/", items.item, name="item"),
    *[path(f"item/<int:pk>/{name}/", items.act, {"name": name}, name=name) for name in acts.NAMES],
    path("changes/", changes.changes, name="changes"),
    path("channels/", channels.channels, name="channels"),
    path("dead-letters/", deadletters.dead_letters, name="dead-letters"),
    path("dead-letters/<int:pk>/replay/", deadletters.replay_letter, name="replay"),
    path("dead-letters/<int:pk>/put-aside/", deadletters.put_letter_aside, name="put-aside"),
    path("hooks/<str:name>", hooks.hook, name="hook"),
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
    path("metrics", probes.metrics, name="metrics"),
]
