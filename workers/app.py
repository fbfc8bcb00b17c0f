"""The Celery app. Messages only ring a bell: every task reads its work from the database."""

import os

import django
from celery import Celery

from workers.schedule import SCHEDULE, TASK_QUEUES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402  Django must be ready first

# The broker's socket time-outs must stay above its one-second BRPOP.
REDIS_OPTIONS = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 25,
}
# Without this the embedded broker looks for messages once a second.
MEMORY_OPTIONS = {"polling_interval": 0.02}

app = Celery("triage", broker=settings.ENVIRONMENT.broker_url)
app.conf.update(
    beat_schedule=SCHEDULE,
    # Nothing to remember between starts: what is due is decided in the database.
    beat_scheduler="celery.beat:Scheduler",
    task_routes=TASK_QUEUES,
    task_default_queue="sort",
    broker_transport_options=(MEMORY_OPTIONS if settings.ENVIRONMENT.embedded else REDIS_OPTIONS),
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    # Outcomes are rows; a results backend would only grow.
    result_backend=None,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    # With a limited prefetch a worker can stop consuming for ever after a broker restart under
    # load (docs/decisions/0004-broker-rings.md); wake-ups are few, small and harmless to repeat.
    worker_prefetch_multiplier=0,
    task_acks_late=False,
    task_time_limit=120,
    task_soft_time_limit=90,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    worker_soft_shutdown_timeout=10,
    worker_enable_soft_shutdown_on_idle=True,
    worker_max_tasks_per_child=1000,
    worker_max_memory_per_child=400_000,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    task_publish_retry=False,
    timezone="UTC",
    imports=["workers.tasks", "workers.watchdog"],
)
