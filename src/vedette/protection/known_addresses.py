"""The addresses that rules may look at: what somebody in vedette tells of."""

from __future__ import annotations

from vedette.operations.login import FAILURE, SIGNUP, SUCCESS
from vedette.protection import addresses

_OF_MODULE = {value for name, value in vars(addresses).items() if name.isupper() and isinstance(value, str)}

KNOWN_ADDRESSES: frozenset[str] = frozenset(_OF_MODULE - {addresses.EVENT}) | {
    addresses.EVENT + event for event in (SUCCESS, FAILURE, SIGNUP)
}
"""Names of the public event-rule schema."""
