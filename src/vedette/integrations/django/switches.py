"""Which of Django's parts are told of, and how requests are named."""

from __future__ import annotations

from vedette.instrument import option
from vedette.instrument.families import switches as family

_FOLLOWS = "; as the setting `detail` says if not given"

OPTIONS = (
    option("distributed_tracing", True, "Whether requests continue the trace of whoever sent them."),
    option("tracing_minimal", None, f"Whether Django's own work is left out{_FOLLOWS}."),
    option("instrument_middleware", None, f"Whether middleware makes spans{_FOLLOWS}."),
    option("instrument_views", None, f"Whether views and their methods make spans{_FOLLOWS}."),
    option("instrument_templates", None, f"Whether rendering templates makes spans{_FOLLOWS}."),
    option("instrument_caches", None, f"Whether caches make spans of their own{_FOLLOWS}."),
    option("instrument_databases", None, f"Whether statements tell alias and vendor of their database{_FOLLOWS}."),
    option("instrument_signals", False, "Whether receivers of signals make spans."),
    option("instrument_commands", False, "Whether management commands make spans, parents of their statements."),
    option("cache_service", "", "Service of the caches' spans; that of the requests if not given."),
    option("database_service", "", "Service of statements; the driver's if neither this nor the prefix is given."),
    option("database_service_name_prefix", "", "Statements have the service `<prefix><alias>db`, if given."),
    option("use_handler_resource_format", False, "Whether requests are named by their view: `GET shop.views.user`."),
    option(
        "use_handler_with_url_name_resource_format",
        False,
        "Whether they are named by view and name of the URL: `GET shop.views.user.user-detail`.",
    ),
    option("use_legacy_resource_format", False, "Whether they are named by their view alone: `shop.views.user`."),
    option("include_user_name", True, "Whether `django.user.name` is told."),
    option("include_user_login", True, "Whether user events tell the login (the model's USERNAME_FIELD)."),
    option("include_user_email", False, "Whether user events tell the address of e-mail."),
    option("include_user_realname", False, "Whether user events tell the full name."),
    option("user_model_login_field", "", "Field of the user model with the login.", "DD_USER_MODEL_LOGIN_FIELD"),
    option("user_model_email_field", "", "Field of the user model with the address.", "DD_USER_MODEL_EMAIL_FIELD"),
    option("user_model_name_field", "", "Field of the user model with the full name.", "DD_USER_MODEL_NAME_FIELD"),
)


class Switches(family.Switches):
    """What the options say in this process."""

    __slots__ = ()

    def on(self, part: str) -> bool:
        """Whether a part of Django's own work is told of."""
        values = self.integration.values
        said: bool | None = values[f"instrument_{part}"]
        if said is not None:
            return said
        minimal = values["tracing_minimal"]
        return bool(values["full"]) if minimal is None else not minimal


switches = Switches()
