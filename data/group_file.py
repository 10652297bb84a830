"""The file that says which groups of an identity provider have which roles (TOML)."""

import tomllib
from pathlib import Path

from geo.errors import PlainError
from models.group_roles import GroupRoles, parse_group_roles


class GroupFileError(PlainError, ValueError):
    """A file of groups that cannot be read."""


def load_group_roles(path: Path) -> GroupRoles:
    """The mapping in ``path``.

    Raises `GroupFileError` for a file that is missing or unreadable, and what `parse_group_roles` raises for contents
    that cannot be used.
    """
    try:
        parsed = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise GroupFileError(f"there is no file of groups {path}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise GroupFileError(f"the file of groups {path} cannot be read") from error
    except tomllib.TOMLDecodeError as error:
        raise GroupFileError(f"the file of groups {path} is not valid TOML: {error}") from error
    return parse_group_roles(parsed)
