"""Values as they were given, turned into the types that the argument specs declare.

Variables of a command line, of a survey or of an INI inventory are text: "false", "3", "a,b". This is the one border at
which they become what roles work with; the check before a run and the filter `declared` both pass through it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

TRUE, FALSE = ("true", "yes", "on", "1", "y", "t"), ("false", "no", "off", "0", "n", "f")
# How much of a wrong value is shown.
SHOWN = 70


class DeclaredError(ValueError):
    """The value cannot be meant as the declared type; the text goes on after the name of the variable."""


def convert(value: object, option: Mapping[str, Any]) -> Any:
    """Return the value in the type of its option (`type`, `elements`, `choices`, `options` of an argument spec)."""
    converted = _TYPES[option.get("type", "str")](value, option)
    choices = option.get("choices")
    if choices is not None and converted not in choices:
        raise DeclaredError(f"is {shown(value, option)}. Choose one of {', '.join(map(str, choices))}.")
    return converted


def shown(value: object, option: Mapping[str, Any] | None = None) -> str:
    """The value in quotes, cut short; of an option with `no_log` only that it is not shown."""
    if option and option.get("no_log"):
        return "a value that is not shown here"
    text = repr(str(value) if isinstance(value, str) else value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 4]} ..."


def _bool(value: object, option: Mapping[str, Any]) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower() if isinstance(value, str | int) else ""
    if text not in (*TRUE, *FALSE):
        raise DeclaredError(f"is {shown(value, option)}, which is neither true nor false. Write true or false.")
    return text in TRUE


def _int(value: object, option: Mapping[str, Any]) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = value.strip() if isinstance(value, str) else ""
    if not (text.isascii() and text.removeprefix("-").isdigit()):
        raise DeclaredError(f"is {shown(value, option)}, which is no whole number. Write it in digits.")
    return int(text)


def _str(value: object, option: Mapping[str, Any]) -> str:
    if isinstance(value, Mapping) or (isinstance(value, Sequence) and not isinstance(value, str)) or value is None:
        raise DeclaredError(f"is {shown(value, option)} where a text belongs. Write one text.")
    return str(value)


def _path(value: object, option: Mapping[str, Any]) -> str:
    text = _str(value, option)
    if not text.startswith("/") or ".." in text.split("/"):
        raise DeclaredError(f"is {shown(value, option)}, which is no absolute path. Write one that begins with '/'.")
    return text


def _list(value: object, option: Mapping[str, Any]) -> list[Any]:
    element = {"type": option.get("elements", "raw"), "options": option.get("options"), "no_log": option.get("no_log")}
    plain = element["type"] not in ("dict", "list", "raw")
    items = _listed(value, plain) if isinstance(value, str) else value
    if not isinstance(items, Sequence) or isinstance(items, str | bytes):
        example = "Write [a, b], or a,b on a command line." if plain else "Write it as a list, in YAML or JSON."
        raise DeclaredError(f"is {shown(value, option)} where a list belongs. {example}")
    found = []
    for item in items:
        try:
            found.append(convert(item, element))
        except DeclaredError as error:
            raise DeclaredError(f"holds an entry that {error}") from error
    return found


def _listed(text: str, plain: bool) -> object:
    """Return the list that a text means, or the text itself if it means none."""
    stripped = text.strip()
    if not stripped:
        return []
    if stripped.startswith(("[", "{")):
        return _json(stripped)
    items = [item.strip() for item in stripped.split(",")]
    # "a b" was meant as two, by somebody who did not know how to write two.
    return items if plain and all(items) and not any(item.split()[1:] for item in items) else text


def _dict(value: object, option: Mapping[str, Any]) -> dict[str, Any]:
    read = (_json(value) if value.strip() else {}) if isinstance(value, str) else value
    if not isinstance(read, Mapping):
        raise DeclaredError(
            f"is {shown(value, option)} where a mapping belongs. Write it as {{key: value}}, in YAML or JSON."
        )
    options = option.get("options")
    return dict(read) if options is None else _members(read, options)


def _members(read: Mapping[str, Any], options: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    for key in read:
        if key not in options:
            raise DeclaredError(f"has the unknown key {shown(key)}. Known are {', '.join(options)}.")
    found = {}
    for key, of in options.items():
        if key in read:
            try:
                found[key] = convert(read[key], of)
            except DeclaredError as error:
                raise DeclaredError(f"has a {key} that {error}") from error
        elif of.get("required"):
            raise DeclaredError(f"lacks {key}. Add it.")
    return found


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _raw(value: object, _option: Mapping[str, Any]) -> object:
    return value


_TYPES: Mapping[str, Callable[[Any, Mapping[str, Any]], Any]] = {
    "bool": _bool,
    "dict": _dict,
    "int": _int,
    "list": _list,
    "path": _path,
    "raw": _raw,
    "str": _str,
}
