"""What this tracer says that it understands: products, and bits as the Datadog backend numbers them."""

from __future__ import annotations

ASM_ACTIVATION = 1
APM_TRACING_ENABLED = 19

TRACING = {
    "APM_TRACING_SAMPLE_RATE": 12,
    "APM_TRACING_LOGS_INJECTION": 13,
    "APM_TRACING_HTTP_HEADER_TAGS": 14,
    "APM_TRACING_CUSTOM_TAGS": 15,
    "APM_TRACING_ENABLED": APM_TRACING_ENABLED,
    "APM_TRACING_SAMPLE_RULES": 29,
    "APM_TRACING_MULTICONFIG": 45,
}
PROTECTION = {
    "ASM_IP_BLOCKING": 2,
    "ASM_DD_RULES": 3,
    "ASM_EXCLUSIONS": 4,
    "ASM_REQUEST_BLOCKING": 5,
    "ASM_RESPONSE_BLOCKING": 6,
    "ASM_USER_BLOCKING": 7,
    "ASM_CUSTOM_RULES": 8,
    "ASM_CUSTOM_BLOCKING_RESPONSE": 9,
    "ASM_TRUSTED_IPS": 10,
    "ASM_EXCLUSION_DATA": 18,
    "ASM_AUTO_USER_INSTRUM_MODE": 31,
    "ASM_DD_MULTICONFIG": 42,
}
EXPLOITS = {
    "ASM_RASP_SQLI": 21,
    "ASM_RASP_LFI": 22,
    "ASM_RASP_SSRF": 23,
    "ASM_RASP_SHI": 24,
    "ASM_RASP_CMDI": 37,
}
ALWAYS = ("APM_TRACING", "ASM_FEATURES", "AGENT_CONFIG", "AGENT_TASK", "VEDETTE_SETTINGS")
PROTECTED = ("ASM", "ASM_DATA", "ASM_DD")


def fresh() -> bytes:
    """What the first question of a process says: that of a tracer of which nothing is known yet."""
    return _field([APM_TRACING_ENABLED])


def products(protected: bool) -> list[str]:
    """The products that are wanted."""
    return [*ALWAYS, *PROTECTED] if protected else list(ALWAYS)


def capabilities(protected: bool, exploits: bool) -> bytes:
    """What is understood, with protection on or off, and with or without exploit prevention."""
    bits = [*TRACING.values(), ASM_ACTIVATION]
    if protected:
        bits += PROTECTION.values()
        bits += EXPLOITS.values() if exploits else ()
    return _field(bits)


def _field(bits: list[int]) -> bytes:
    """A bit field, the highest byte first, as short as it can be."""
    number = sum(1 << bit for bit in bits)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
