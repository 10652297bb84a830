"""A page that says one thing and leads on: after a login, after a logout, where a login failed."""

from maps.assets import Assets
from maps.page import Frame, render


def notice(title: str, text: str, assets: Assets, *, go: str, href: str) -> str:
    """The page: ``title``, ``text``, and a button ``go`` that leads to ``href``."""
    frame = Frame(title, "Adgang", "notice", assets, synthetic=False, links=None)
    return render("notice", frame, text=text, go=go, href=href)
