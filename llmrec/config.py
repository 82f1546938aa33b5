"""The base of every config: typed, frozen, unknown fields refused, errors in a sentence, read from and written as YAML.

A config class is the one source of its defaults and of what its fields mean: the command, a YAML file and Python build
the same object, and `Config.as_yaml` prints it with the docs of its fields.
"""

import difflib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from llmrec.errors import BadInput

MOST_PROBLEMS = 3
"""Wrong fields that one message names."""
WIDTH = 116
"""Columns of a comment in YAML."""


class Config(BaseModel):
    """Base of the configs. A docstring below a field is its documentation.

    Raises
    ------
    BadInput
        On construction, where a field is unknown or has a wrong value: the message names the field (`model.lora_rank`),
        the value, and what it has to be.

    Examples
    --------
    >>> class Run(Config):
    ...     lr: float = 1e-3
    ...     '''Learning rate.'''
    >>> Run(lr=0.1).changed(lr=0.2)
    Run(lr=0.2)
    >>> Run(lr="fast")
    Traceback (most recent call last):
    llmrec.errors.BadInput: `lr` is 'fast'; it should be a valid number, unable to parse string as a number
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)

    if not TYPE_CHECKING:  # type checkers read the fields as parameters

        def __init__(self, **fields: Any) -> None:
            try:
                super().__init__(**fields)
            except ValidationError as error:
                raise BadInput(_sentence(type(self), error.errors())) from error

        # Fields that hold a config are then validated in one pass, so that an error tells the whole path of its field.
        __init__.__pydantic_base_init__ = True

    def changed(self, **fields: Any) -> Self:
        """A copy with other values in some fields, validated. Raises `BadInput`."""
        return type(self)(**{name: getattr(self, name) for name in type(self).model_fields} | fields)

    @classmethod
    def read(cls, path: Path | None = None, settings: Sequence[str] = (), **fields: Any) -> Self:
        """The config of a YAML file, changed by settings.

        Parameters
        ----------
        path
            YAML file, a mapping of field names; fields that it leaves out keep their defaults. None: all do.
        settings
            `field=value` each, `value` in YAML; a dot enters a field that holds a config: `model.lora_rank=8`. They
            count more than the file, and later ones more than earlier ones.
        **fields
            Values that count most; `model__lora_rank` enters a field that holds a config.

        Raises
        ------
        BadInput
            Where the file is no YAML mapping, a setting is of another form, or a field is unknown or wrong.
        """
        found = _read_yaml(path) if path else {}
        for setting in settings:
            name, equals, value = setting.partition("=")
            if not equals or not name.strip():
                raise BadInput(f"the setting {setting!r} is not field=value, such as lr=5e-4 or model.lora_rank=8")
            _put(found, name.strip().split("."), _parsed(value, f"the setting {setting!r}"))
        for name, value in fields.items():
            _put(found, name.split("__"), value)
        return cls(**found)

    def as_yaml(self) -> str:
        """YAML that `read` reads back as this config, each field under a comment that says what it does."""
        return "\n".join(_yaml_lines(self)) + "\n"


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"the config {path} cannot be read: {error}") from error
    found = _parsed(text, f"the config {path}")
    if found is None:
        return {}
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found):
        raise BadInput(f"the config {path} is no mapping of field names to values; see llmrec train --print-config")
    return found


def _parsed(text: str, what: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(text)
    except RecursionError as error:
        raise BadInput(f"{what} is nested too deeply to be read") from error
    except yaml.YAMLError as error:
        raise BadInput(f"{what} is no YAML: {' '.join(str(error).split())}") from error


def _put(into: dict[str, Any], path: Sequence[str], value: Any) -> None:
    """Sets the value at `path`; a field on the way that holds a whole config or nothing becomes a mapping."""
    *way, last = path
    for name in way:
        held = into.get(name)
        if isinstance(held, Config):
            held = dict(held)
        into[name] = dict(held) if isinstance(held, Mapping) else {}
        into = into[name]
    into[last] = value


def _sentence(config: type[BaseModel], problems: Sequence[ErrorDetails]) -> str:
    told = [_told(config, problem) for problem in problems[:MOST_PROBLEMS]]
    more = len(problems) - len(told)
    return "; ".join(told) + (f"; and {more} more" if more else "")


def _told(config: type[BaseModel], problem: ErrorDetails) -> str:
    *way, last = (str(part) for part in problem["loc"]) if problem["loc"] else ("",)
    name = ".".join((*way, last))
    if problem["type"] == "extra_forbidden":
        held = _within(config, way)
        near = difflib.get_close_matches(last, held.model_fields, n=1)
        fields = (
            f"did you mean `{'.'.join((*way, near[0]))}`?" if near else f"fields are {', '.join(held.model_fields)}"
        )
        return f"there is no field `{name}`; {fields}"
    said = problem["msg"].removeprefix("Value error, ").replace("Input should be", "it should be", 1)
    return f"`{name}` is {problem['input']!r}; {said}" if name else said


def _within(config: type[BaseModel], way: Sequence[str]) -> type[BaseModel]:
    """The config class that holds the field at the end of `way`."""
    for name in way:
        held = config.model_fields[name].annotation if name in config.model_fields else None
        if not (isinstance(held, type) and issubclass(held, BaseModel)):
            return config
        config = held
    return config


def _yaml_lines(config: Config, indent: str = "") -> list[str]:
    lines = []
    for name, field in type(config).model_fields.items():
        comment = " ".join((field.description or "").split())
        lines += [f"{indent}# {line}" for line in wrap(comment, WIDTH - len(indent))]
        value = getattr(config, name)
        if isinstance(value, Config):
            lines += [f"{indent}{name}:", *_yaml_lines(value, indent + "  ")]
        else:
            # JSON is YAML, and one line
            lines.append(f"{indent}{name}: {json.dumps(config.model_dump(mode='json', include={name})[name])}")
    return lines
