"""What is said of a release beside its figures."""

from typing import Any

from data.release_book import Release


def release_row(one: Release) -> dict[str, Any]:
    """What is said of a release in the list; its figures stand in its body."""
    return {
        "id": one.id,
        "audience": one.audience,
        "table": one.table,
        "period": str(one.period),
        "as_of": one.as_of.isoformat(),
        "rule_version": one.rule_version,
        "sha256": one.sha256.hex(),
        "replaces": one.replaces,
        "replaced_by": one.replaced_by,
        "released_at": one.released_at.isoformat(),
        "state": one.state,
        "reason": one.reason,
    }
