#!/bin/sh
set -e
export DJANGO_SETTINGS_MODULE=settings
.venv/bin/python -m django migrate --verbosity 0
exec .venv/bin/python -m django runserver --noreload "$PORT"
