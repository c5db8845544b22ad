"""What was decided about protection: mode, limits, rules, answers."""

from __future__ import annotations

from vedette._native import Inspection, Rules
from vedette.protection.answers import Answers
from vedette.protection.rule_file import read_rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vedette.settings import Settings


class Policy:
    """The settings of protection, in the form its listeners need."""

    def __init__(self, settings: Settings) -> None:
        self.blocks = settings.protection == "block"
        self.answers = Answers(settings.blocked_template_json, settings.blocked_template_html)
        self.client_ip_header = settings.client_ip_header
        self._rule_path = settings.protection_rules
        self._seconds = settings.waf_timeout
        self._depth = settings.body_max_depth
        self._elements = settings.body_max_elements
        self._troubles = 0
        self._rules: Rules | None = None
        self._addresses: frozenset[str] = frozenset()

    @property
    def rules(self) -> Rules:
        """The rules, read on first use: start-up does not wait for them."""
        if self._rules is None:
            rules = read_rules(self._rule_path)
            self._addresses = frozenset(rules.addresses)
            self._rules = rules
        return self._rules

    def troubled(self, error: Exception) -> None:
        """An error within the protection itself: what it was about goes through uninspected. Told once."""
        self._troubles += 1
        if self._troubles == 1:
            import logging  # only where there is something to say

            message = "an error in vedette's protection, the request goes on without it (told once)"
            logging.getLogger("vedette").warning(message, exc_info=error)

    def looks_at(self, address: str) -> bool:
        """Whether some rule looks at an address."""
        return address in self._addresses

    def inspection(self) -> Inspection:
        """A fresh inspection, for one request."""
        return Inspection(self.rules, self._seconds, self._depth, self._elements)

    def is_refused(self, finding: dict[str, object]) -> bool:
        """Whether a finding stops what it was found in."""
        return self.blocks and "block" in finding["on_match"]  # type: ignore[operator]
