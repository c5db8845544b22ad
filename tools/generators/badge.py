"""From the evidence: the picture in the README that says how much of the matrix is proved."""

from __future__ import annotations

from proving import evidence

_WIDTH_OF_A_LETTER = 6.6
_SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="{left}: {right}">
<title>{left}: {right}</title>
<rect rx="3" width="{width}" height="20" fill="#555"/>
<rect rx="3" x="{edge}" width="{rest}" height="20" fill="{colour}"/>
<path fill="{colour}" d="M{edge} 0h4v20h-4z"/>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="{left_middle}" y="14">{left}</text>
<text x="{right_middle}" y="14">{right}</text>
</g>
</svg>
"""


def badge() -> dict[str, str]:
    """Integrations and versions of libraries that passed; another colour where some failed."""
    records = evidence.read()
    passed = [each for each in records if each["result"] == "passed"]
    integrations = {each["integration"] for each in passed}
    versions = {(each["integration"], each["version"]) for each in passed}
    text = f"{len(integrations)} integrations, {len(versions)} versions"
    failed = any(each["result"] == "failed" for each in records)
    return {"docs/generated/proved.svg": _drawn("proved", text, "#b8860b" if failed else "#2e7d32")}


def _drawn(left: str, right: str, colour: str) -> str:
    edge = round(len(left) * _WIDTH_OF_A_LETTER + 12)
    rest = round(len(right) * _WIDTH_OF_A_LETTER + 12)
    return _SVG.format(
        left=left,
        right=right,
        colour=colour,
        edge=edge,
        rest=rest,
        width=edge + rest,
        left_middle=edge // 2,
        right_middle=edge + rest // 2,
    )
