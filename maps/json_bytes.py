"""JSON as it leaves the program."""

import json


def json_bytes(value: object) -> bytes:
    """Compact UTF-8 JSON; raises `ValueError` for a number JSON does not have."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
