"""ASM_DD, ASM, ASM_DATA: rules, what is changed about them, and the lists that they look into."""

from __future__ import annotations

from vedette._native import check_rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vedette._native import RemoteConfig


def parse(config: RemoteConfig) -> bytes:
    """The rule file, if all of it can be used. Raises ValueError with what can't.

    Of complete rule sets (`ASM_DD`) single rules may be unknown here: they are refused only as a whole.
    """
    content = config.content
    usable, problems = check_rules(content)
    if problems and not (config.product == "ASM_DD" and usable):
        raise ValueError("; ".join(problems[:10]))
    return content
