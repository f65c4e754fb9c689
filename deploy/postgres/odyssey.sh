#!/usr/bin/env bash
# Run once, by a new server: the bot's role, which is no administrator, and its database.
set -euo pipefail
psql --set=ON_ERROR_STOP=1 --set=password="${ODYSSEY_PASSWORD:?}" --no-psqlrc <<'SQL'
CREATE ROLE odyssey LOGIN PASSWORD :'password';
CREATE DATABASE odyssey OWNER odyssey ENCODING 'UTF8' TEMPLATE template0;
SQL
