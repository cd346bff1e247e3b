"""Reads `.env` files: KEY=value lines, comments, optional quotes and `export`. Never shows a value."""

from pathlib import Path

from deployer.errors import DeployError
from deployer.project import shown


def read(path: Path) -> dict[str, str]:
    """The values of one file; a file that is not there has none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise DeployError(f"{shown(path)} cannot be read: {type(error).__name__}") from error
    values: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        name, separator, value = line.removeprefix("export ").partition("=")
        name = name.strip()
        if not separator or not name.isidentifier():
            raise DeployError(f"{shown(path)}:{number} is not a KEY=value line")
        value = _unquote(value.strip())
        if name in values and values[name] != value:
            raise DeployError(f"{shown(path)}:{number} sets {name} a second time, to another value")
        values[name] = value
    return values


def _unquote(value: str) -> str:
    for quote in ('"', "'"):
        if value.startswith(quote):
            end = value.find(quote, 1)
            if end > 0:
                return value[1:end]
    # A comment after an unquoted value starts with a space.
    return value.split(" #", 1)[0].rstrip()


def merge(paths: list[Path]) -> dict[str, str]:
    """The values of several files together. Empty values count as not set; different ones are refused."""
    merged: dict[str, str] = {}
    origin: dict[str, Path] = {}
    conflicts = []
    for path in paths:
        for name, value in read(path).items():
            if not value:
                continue
            if name in merged and merged[name] != value:
                conflicts.append(
                    f"{name} differs between {shown(origin[name])} and {shown(path)}: make them equal, or leave it in one"
                )
            merged.setdefault(name, value)
            origin.setdefault(name, path)
    if conflicts:
        raise DeployError(*conflicts)
    return merged
