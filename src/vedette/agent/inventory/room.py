"""How much the inventory may remember: names of fields are a client's to choose, and so may be without end."""

from __future__ import annotations

from dataclasses import dataclass

OF_ONE = 2_000
"""Places (fields of objects, elements of lists) that are remembered of one endpoint."""
OF_ALL = 30_000
"""Of all endpoints together: about 30 MB."""


@dataclass
class Room:
    """The places of one endpoint."""

    most: int = OF_ONE
    """How many it may have now; less than usual where all endpoints together have nearly all that there are."""
    held: int = 0
    """How many it has."""
    left_out: int = 0
    """How often something had no place."""

    def take(self) -> bool:
        """Takes one more place; False if there is none."""
        if self.held >= self.most:
            return False
        self.held += 1
        return True
