# One image for every process of the scaled form; docker-compose.yml says which is which.
# The lock holds the clients of every channel kind.
FROM python:3.11-slim AS packages
WORKDIR /app
COPY requirements-channels.lock .
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements-channels.lock

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=config.settings \
    TRIAGE_HOME=/data \
    REMAP_SIGTERM=SIGQUIT
COPY --from=packages /venv /venv
WORKDIR /app
COPY config ./config
COPY models ./models
COPY tools/link ./tools/link
COPY triage ./triage
COPY workers ./workers
COPY manage.py ./
RUN python tools/link \
    && useradd --system --uid 10001 --home-dir /data triage \
    && install -d -o triage -g triage /data
USER triage
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--no-control-socket", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "24", "--access-logfile", "-"]
