"""The settings of the quick start of mozilla-django-oidc, in a project with nothing else."""

import os
from urllib.parse import urlsplit

APP_URL = os.environ["APP_URL"]

SECRET_KEY = os.environ["DJANGO_SECRET"]
DEBUG = os.environ.get("DEBUG") == "1"
ALLOWED_HOSTS = [urlsplit(APP_URL).hostname]
ROOT_URLCONF = "urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["DATABASE"]}}
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "mozilla_django_oidc",  # after django.contrib.auth
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]

AUTHENTICATION_BACKENDS = ["mozilla_django_oidc.auth.OIDCAuthenticationBackend"]
OIDC_RP_CLIENT_ID = os.environ["CLIENT_ID"]
OIDC_RP_CLIENT_SECRET = os.environ["CLIENT_SECRET"]
OIDC_RP_SIGN_ALGO = "RS256"
OIDC_RP_SCOPES = "openid email profile"
ISSUER = os.environ["ISSUER"]
OIDC_OP_AUTHORIZATION_ENDPOINT = ISSUER + "/oauth/authorize"
OIDC_OP_TOKEN_ENDPOINT = ISSUER + "/oauth/token"
OIDC_OP_USER_ENDPOINT = ISSUER + "/oauth/userinfo"
OIDC_OP_JWKS_ENDPOINT = ISSUER + "/oauth/jwks"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

# To sign out here and at the account server.
OIDC_STORE_ID_TOKEN = True
OIDC_OP_LOGOUT_URL_METHOD = "urls.sign_out_address"
