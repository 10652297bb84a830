"""Whether a page in the browser can be used by everybody: axe-core's rules for WCAG 2.1 A and AA."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")


def violations(page: Page) -> list[str]:
    """What axe-core complains of in the open ``page``, one line for each element."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": list(RULES)}})
    rules: list[dict[str, Any]] = found.response["violations"]
    return [f"{rule['id']}: {node['html'][:200]} {node['failureSummary']}" for rule in rules for node in rule["nodes"]]
