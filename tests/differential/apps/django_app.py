"""Django: a view with a parameter, an absent page, a failing view, a template, a query."""

import django
from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.urls import path
from wsgi import get

settings.configure(
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["*"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    LOGGING_CONFIG=None,
)
django.setup()


def user(request, user):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return JsonResponse({"user": user})


def page(request):
    from django.template import Context, engines

    template = engines["django"].from_string("<p>{{ name }}</p>").template
    return HttpResponse(template.render(Context({"name": "Ada"})))


def boom(request):
    raise ValueError("boom")


urlpatterns = [path("users/<int:user>/", user), path("page/", page), path("boom/", boom)]

from django.core.wsgi import get_wsgi_application  # noqa: E402

application = get_wsgi_application()
for asked in ("/users/7/?page=2", "/page/", "/absent/", "/boom/"):
    get(application, asked)
