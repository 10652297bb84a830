"""What an installation of Trygkort is, as its settings and its database say: what an assessment of it rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from models.partnership import Partnership


class Source(NamedTuple):
    """A source of incidents; ``taken`` counts what its imports entered, later versions not."""

    name: str
    synthetic: bool
    last_import: date | None
    taken: int


@dataclass(frozen=True)
class Installation:
    """Facts, none of them a secret.

    ``columns`` are those of every table and view. ``hosts`` are the names it answers under besides this machine's,
    ``proxied`` says whether a trusted proxy stands before it. ``login_host`` is the OpenID Connect provider,
    ``webhook_host`` who is told of alerts, ``basemap_host`` who is asked for map tiles; None where there is none.
    ``own_login`` says whether the database lets the service only add to its log. ``retention`` are what is kept and
    how long, in words, none where nothing is deleted.
    """

    partnership: Partnership
    made_on: date
    code_version: str
    columns: Mapping[str, Sequence[str]]
    sources: Sequence[Source]
    private_database: bool
    hosts: Sequence[str] = ()
    proxied: bool = False
    login_host: str | None = None
    own_login: bool = False
    webhook_host: str | None = None
    basemap_host: str | None = None
    open_secrets: Sequence[str] = ()
    retention: Sequence[tuple[str, str]] = ()

    @property
    def synthetic(self) -> bool:
        """Whether what it holds is invented."""
        return any(source.synthetic for source in self.sources)

    @property
    def has_accounts(self) -> bool:
        """Whether there are local accounts, as the schema says."""
        return any(table in {"account", "accounts", "login_account"} for table in self.columns)

    @property
    def has_chain(self) -> bool:
        """Whether each line of the log holds a hash over the one before."""
        return "hash" in self.columns.get("audit", ())
