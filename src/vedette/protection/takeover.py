"""Accounts under attack: sign-ins that fail too often, told from users who mistype.

Five patterns, each with the public name of the attack (OWASP Automated Threats OAT-007 and OAT-008, CWE-307):

- brute force: one account fails again and again;
- distributed brute force: one account fails from many addresses;
- credential stuffing: one address fails at many accounts, and seldom succeeds;
- distributed credential stuffing: the process as a whole sees mostly failures, at many accounts from many addresses;
- likely takeover: an account that was attacked signs in, and not from an address that it was known to sign in from.

What is known is this process's alone; the agent sees all of them. Memory is bounded: the accounts and addresses that
were seen last, and of each a bounded number of counterparts.
"""

from __future__ import annotations

import time

from vedette.protection.takeover_findings import finding
from vedette.protection.tally import Tallies, Tally

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vedette.protection.redaction import Finding
    from vedette.protection.takeover_findings import Pattern
    from vedette.settings import Settings

_MANY_ACCOUNTS, _MANY_ADDRESSES = 20, 10
"""What an attack on the whole is spread over at least."""


class Takeover:
    """What is known of this process's sign-ins."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._accounts = Tallies(settings.takeover_window)
        self._addresses = Tallies(settings.takeover_window)
        self._all_accounts = Tally(clock())
        self._all_addresses = Tally(clock())

    def happened(self, account: str, address: str | None, succeeded: bool) -> list[Finding]:
        """Counts one sign-in. Returns what it gives away: at a threshold, and each time that the count has doubled."""
        now = self._clock()
        of_account = self._accounts.of(account, now)
        of_address = self._addresses.of(address, now) if address else None
        patterns = self._succeeded if succeeded else self._failed
        found = [finding(*pattern, account, address) for pattern in patterns(of_account, of_address, account, address)]
        self._count_all(account, address, succeeded, now)
        if not succeeded:
            found += [finding(*pattern, account, address) for pattern in self._process()]
        return found

    def _failed(
        self, of_account: Tally, of_address: Tally | None, account: str, address: str | None
    ) -> Iterator[tuple[Pattern, int]]:
        of_account.failed(address)
        if of_account.others >= self._settings.takeover_account_addresses:
            if of_account.is_news("distributed", of_account.others):
                yield "distributed", of_account.others
        elif self._is_attacked(of_account) and of_account.is_news("brute_force", of_account.failures):
            yield "brute_force", of_account.failures
        if of_address is not None:
            of_address.failed(account)
            if self._is_stuffing(of_address) and of_address.is_news("stuffing", of_address.others):
                yield "stuffing", of_address.others

    def _succeeded(
        self, of_account: Tally, of_address: Tally | None, account: str, address: str | None
    ) -> Iterator[tuple[Pattern, int]]:
        failures = of_account.failures
        suspect = of_address is not None and self._is_stuffing(of_address)
        attacked = self._is_attacked(of_account)
        if of_address is not None:
            of_address.succeeded()
        if (attacked or suspect) and not of_account.knows(address):
            of_account.settled()  # told once
            yield "takeover", failures
        elif not attacked:  # it goes on against an account whose user signs in as ever
            of_account.settled()
            of_account.remember(address)

    def _is_attacked(self, of_account: Tally) -> bool:
        least = self._settings.takeover_account_failures
        return of_account.failures >= least or of_account.others >= self._settings.takeover_account_addresses

    def _is_stuffing(self, of_address: Tally) -> bool:
        """Many users behind one address (an office) fail at many accounts, too, but most of the time they succeed."""
        enough = of_address.others >= self._settings.takeover_address_accounts
        return enough and of_address.failure_ratio >= self._settings.takeover_failure_ratio

    def _count_all(self, account: str, address: str | None, succeeded: bool, now: float) -> None:
        for whole, other in ((self._all_accounts, account), (self._all_addresses, address)):
            whole.age(now, self._settings.takeover_window)
            if succeeded:
                whole.succeeded()
            else:
                whole.failed(other)

    def _process(self) -> Iterator[tuple[Pattern, int]]:
        """Whether the whole of it looks like an attack that hides behind many addresses."""
        whole = self._all_accounts
        if whole.failures < self._settings.takeover_process_failures:
            return
        spread = whole.others >= _MANY_ACCOUNTS and self._all_addresses.others >= _MANY_ADDRESSES
        mostly = whole.failure_ratio >= self._settings.takeover_failure_ratio
        if spread and mostly and whole.is_news("distributed_stuffing", whole.failures):
            yield "distributed_stuffing", whole.failures
