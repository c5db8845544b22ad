"""What was decided about protection: mode, limits, rules, answers."""

from __future__ import annotations

from vedette._native import Inspection, Rules, __version__
from vedette.instrument import troubles
from vedette.protection.answers import BLOCK, REDIRECT, Answers, action_of
from vedette.protection.deny_lists import deny_lists
from vedette.protection.redaction import Redaction
from vedette.protection.rule_file import read_rules
from vedette.protection.trace_rate import TraceRate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette.protection.answers import Action
    from vedette.protection.rule_file import RemoteRules
    from vedette.settings import Settings


class Policy:
    """The settings of protection, in the form its listeners need."""

    def __init__(self, settings: Settings, remote: RemoteRules | None = None) -> None:
        self._remote = remote
        self._mode = settings.protection
        self.answers = Answers(settings.blocked_template_json, settings.blocked_template_html)
        self.client_ip_header = settings.client_ip_header
        self.trace_rate = TraceRate(settings.protection_trace_rate_limit)
        self.redaction = Redaction(settings.protection_obfuscation_keys, settings.protection_obfuscation_values)
        self.stack_depth = settings.protection_stack_depth
        self.most_stacks = settings.protection_stacks if settings.protection_stack_traces else 0
        self.marks: dict[str, Any] = {}
        """What the span of every request says of its protection, once the rules are read."""
        self._rule_path = settings.protection_rules
        self._seconds = settings.waf_timeout
        self._depth = settings.body_max_depth
        self._elements = settings.body_max_elements
        self._troubles = 0
        self._rules: Rules | None = None
        self._addresses: frozenset[str] = frozenset()
        self.default_action = action_of(settings.blocked_status, settings.blocked_location)
        self._actions: dict[str, Action] = {}
        self._settings = settings

    @property
    def rules(self) -> Rules:
        """The rules, read on first use: start-up does not wait for them."""
        if self._rules is None:
            lists = deny_lists(self._settings)
            rules = read_rules(self._rule_path, own_only_report=self._mode == "rules", remote=self._remote, lists=lists)
            self._addresses = frozenset(rules.addresses)
            self._actions = {"block": self.default_action, **{name: (kind, of) for name, kind, of in rules.actions}}
            self._rules = rules
            self.marks = _marks(rules)
        return self._rules

    def change(self, settings: Settings, remote: RemoteRules) -> None:
        """Decides by other settings and rules from now on, at once; what was counted stays.

        Requests that are under way go on with the rules that they began with. Raises ValueError if the rules can't be
        used together; then everything stays as it was.
        """
        other = Policy(settings, remote)
        _ = other.rules
        kept = {"trace_rate": self.trace_rate, "_troubles": self._troubles}
        self.__dict__.update({**other.__dict__, **kept})

    def troubled(self, error: Exception) -> None:
        """An error within the protection itself: what it was about goes through uninspected. Told once."""
        self._troubles += 1
        if self._troubles == 1:
            import logging  # only where there is something to say

            message = "an error in vedette's protection, the request goes on without it (told once)"
            logging.getLogger("vedette").warning(message, exc_info=error)
            troubles.note("an error in protection", error)

    def looks_at(self, address: str) -> bool:
        """Whether some rule looks at an address."""
        return address in self._addresses

    def inspection(self) -> Inspection:
        """A fresh inspection, for one request."""
        return Inspection(self.rules, self._seconds, self._depth, self._elements)

    def consequence(self, finding: dict[str, Any]) -> Action | None:
        """How a request is answered in which this was found; None if nothing is to be stopped."""
        if self._mode not in ("block", "rules"):
            return None
        named = (self._actions.get(name) for name in finding["on_match"])
        return next((action for action in named if action is not None and action[0] in (BLOCK, REDIRECT)), None)


def _marks(rules: Rules) -> dict[str, Any]:
    return {
        "_dd.appsec.enabled": 1,
        "_dd.runtime_family": "python",
        "_dd.appsec.waf.version": __version__,
        "_dd.appsec.event_rules.version": rules.version,
        "_dd.appsec.event_rules.loaded": rules.loaded,
        "_dd.appsec.event_rules.error_count": len(rules.failures),
    }
