from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import include, path


def home(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return JsonResponse({"email": request.user.email, "username": request.user.username})
    return HttpResponse('nobody <a href="/oidc/authenticate/">Sign in</a>')


def goodbye(request: HttpRequest) -> HttpResponse:
    field = f'<input type="hidden" name="csrfmiddlewaretoken" value="{get_token(request)}">'
    return HttpResponse(f'<form method="post" action="/oidc/logout/">{field}<button>Sign out</button></form>')


def sign_out_address(request: HttpRequest) -> str:
    query = {
        "id_token_hint": request.session["oidc_id_token"],
        "post_logout_redirect_uri": settings.APP_URL + "/",
    }
    return f"{settings.ISSUER}/oauth/logout?{urlencode(query)}"


urlpatterns = [
    path("oidc/", include("mozilla_django_oidc.urls")),
    path("goodbye/", goodbye),
    path("", home),
]
