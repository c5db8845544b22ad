"""The options, where the describers find their values."""

from __future__ import annotations

from vedette.instrument.families.switches import Switches

switches = Switches()
