"""Django REST framework: a view with a parameter, one that refuses, one that fails."""

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import path
from wsgi import get

settings.configure(
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["rest_framework"],
    REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": [], "UNAUTHENTICATED_USER": None},
    SECRET_KEY="secret",
    LOGGING_CONFIG=None,
)
django.setup()


def views():
    """Of classes that can be imported only now."""
    from rest_framework.exceptions import PermissionDenied
    from rest_framework.response import Response
    from rest_framework.views import APIView

    class User(APIView):
        def get(self, request, user):
            return Response({"user": user})

    class Closed(APIView):
        def get(self, request):
            raise PermissionDenied

    class Boom(APIView):
        def get(self, request):
            raise ValueError("boom")

    return User.as_view(), Closed.as_view(), Boom.as_view()


user, closed, boom = views()
urlpatterns = [path("users/<int:user>", user), path("closed", closed), path("boom", boom)]
app = get_wsgi_application()
for each in ("/users/7?page=2", "/closed", "/boom"):
    get(app, each)
