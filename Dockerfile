# The bot in one container. The database is in /app/data: mount a volume there to keep it. It writes nowhere else, so the rest may
# be read-only (compose.yaml).
FROM python:3.13-slim AS build
COPY requirements.lock .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /app odyssey \
    && install --directory --owner odyssey --mode 700 /app/data
COPY --from=build /venv /venv
WORKDIR /app
COPY requirements.lock .
COPY bot bot
COPY cogs cogs
COPY migrations migrations
# Compiled here: the bot could not keep it, and each start would take a second more.
RUN /venv/bin/python -m compileall -q bot cogs migrations
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 WEB_HOST=0.0.0.0 WEB_PORT=8090
USER odyssey
VOLUME /app/data
EXPOSE 8090
# Not /healthz: nobody is to end the bot for an outage of Discord.
HEALTHCHECK --start-period=30s CMD ["python", "-c", \
    "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ['WEB_PORT']}/livez\", timeout=3)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
