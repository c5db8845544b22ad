"""Users: tells of them, lets the rules (and the deny lists in them) see them, and watches for taken-over accounts."""

from __future__ import annotations

from vedette._native import current_root_span, enclosing
from vedette.operations import IncomingRequest, Refusal
from vedette.operations.client_address import client_address
from vedette.operations.login import FAILURE, SIGNUP, SUCCESS
from vedette.protection import addresses, user_tags
from vedette.protection.listener import Quiet
from vedette.protection.takeover import Takeover
from vedette.protection.told_user import ToldUser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette._native import Call, Span
    from vedette.operations import Login
    from vedette.protection.policy import Policy
    from vedette.protection.state import RequestState
    from vedette.settings import Settings

_DISABLED, _ANONYMOUS = "disabled", "anonymization"


class UserGuard(Quiet):
    """Listens to `Login`."""

    def __init__(self, policy: Policy, settings: Settings) -> None:
        self._policy = policy
        self._settings = settings
        self._takeover = Takeover(settings) if settings.takeover_detection else None

    def before(self, call: Call) -> None:
        """What a hooked call stands for. Raises Refusal."""
        self.learned(call.operation, "login")

    def learned(self, operation: Login, what: str) -> None:
        """Something happened to an account. Raises Refusal, unless it was only `asked` whether it would."""
        try:
            refused = self._would_refuse(operation) if what == "asked" else self._is_refused(operation)
        except Exception as error:
            self._policy.troubled(error)
            return
        if what == "asked":
            operation.refused = refused
        elif refused:
            raise Refusal("user")

    def _mode(self, login: Login) -> str:
        return self._settings.user_events if login.automatic else user_tags.SDK

    def _would_refuse(self, login: Login) -> bool:
        found, _ = self._policy.inspection().evaluate(_addresses(ToldUser(login, False), login.event))
        return any(self._policy.consequence(finding) is not None for finding in found)

    def _is_refused(self, login: Login) -> bool:
        mode = self._mode(login)
        if mode == _DISABLED:
            return False
        user = ToldUser(login, mode == _ANONYMOUS)
        request = login.request or enclosing(IncomingRequest)
        client = self._client(request) if request is not None and login.event else None
        span = current_root_span() if request is None else request.span
        if span is not None:
            user_tags.tell(span, login.event, user, mode, client)
            if login.event and self._policy.trace_rate.allows():
                span.keep_for_security()
        state: RequestState | None = None if request is None else request.protection
        self._watch(login, user, client, state, span)
        return state is not None and state.inspect(_addresses(user, login.event))

    def _client(self, request: IncomingRequest) -> str | None:
        headers = addresses.by_name(request.headers)
        return client_address(headers, request.peer, self._policy.client_ip_header)

    def _watch(
        self, login: Login, user: ToldUser, client: str | None, state: RequestState | None, span: Span | None
    ) -> None:
        account = user.account
        if self._takeover is None or account is None or login.event not in (SUCCESS, FAILURE):
            return
        if state is not None and not state.is_new(login.event, account, login.automatic):
            return
        found = self._takeover.happened(account, client, login.event == SUCCESS)
        if found and state is not None:
            state.report(found)
            suggested = [each["tags"]["deny"] for each in found if "deny" in each["tags"]]
            if suggested and span is not None:
                span.set_attribute("security.suggested_denials", suggested)


def _addresses(user: ToldUser, event: str) -> dict[str, Any]:
    """A user under the names that rules know. Deny lists hold what is told: in anonymous mode, anonymous values.

    A session has its key and the key's hash, either of which a list may hold.
    """
    known = {addresses.USER_ID: user.id, addresses.USER_LOGIN: user.login, addresses.SESSION: user.sessions or None}
    named: dict[str, Any] = {address: value for address, value in known.items() if value is not None}
    if event in (SUCCESS, FAILURE, SIGNUP):
        told = {"usr.id": user.id, "usr.login": user.login}
        named[f"{addresses.EVENT}{event}"] = {name: value for name, value in told.items() if value is not None}
    return named
