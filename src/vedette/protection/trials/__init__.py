"""Trials: rules tried on cases, attacks and ordinary requests, without an application.

`vedette rules test` is its face. Applications never import it.
"""

from __future__ import annotations
