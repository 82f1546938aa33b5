"""Options that set fields of a config: a YAML file, `--set field=value`, shortcuts with the docs of their fields."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from llmrec import paths
from llmrec.errors import BadInput

MARK = "@"
"""Opens the help of a shortcut: the path of its field follows, whose docs `ConfigCommand` puts in its place."""

ConfigFile = Annotated[
    str | None,
    typer.Option(
        "--config", help="YAML file of fields, or the name of a recipe that ships: ml-100k, hm, simshop, quick."
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", help="FIELD=VALUE, such as lr=5e-4 or model.lora_rank=8; may be given several times."),
]
PrintConfig = Annotated[
    bool, typer.Option("--print-config", help="Print the whole config as YAML, each field with what it does, and end.")
]


def shortcut(field: str, *flags: str) -> Any:
    """An option that sets a field; it has no default of its own."""
    return typer.Option(*flags, help=MARK + field, show_default=False)


class ConfigCommand(TyperCommand):
    """A command whose shortcuts are documented by the fields that they set; these are read when help is asked for."""

    config = "llmrec.train.config:TrainConfig"

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """See `TyperCommand`."""
        from importlib import import_module

        module, name = self.config.split(":")
        config = getattr(import_module(module), name)
        for option in self.params:
            text = getattr(option, "help", None) or ""
            if text.startswith(MARK):
                option.help = _docs(config, text.removeprefix(MARK))  # type: ignore[attr-defined]
        super().format_help(ctx, formatter)


class ClipCommand(ConfigCommand):
    """The same for `train-clip`."""

    config = "llmrec.train.config:ClipConfig"


def config_file(name: str | None) -> Path | None:
    """The file that `--config` names: a path, or a recipe that ships. Raises `BadInput` where it is neither."""
    if name is None or Path(name).is_file():
        return Path(name) if name else None
    shipped = {file.stem: file for file in sorted(paths.resource("configs").glob("*.yaml"))}
    if name not in shipped:
        raise BadInput(f"there is no config file {name}, nor a recipe of that name; recipes are {', '.join(shipped)}")
    return shipped[name]


def given(**fields: Any) -> dict[str, Any]:
    """The fields that were set by a shortcut; `__` stands for the dot of their paths."""
    return {name: value for name, value in fields.items() if value is not None}


def _docs(config: Any, path: str) -> str:
    """What the field at `path` does, and its default."""
    *way, last = path.split(".")
    for name in way:
        config = config.model_fields[name].annotation
    field = config.model_fields[last]
    first = " ".join((field.description or "").split()).split(". ")[0].rstrip(".")
    return f"{first}." + ("" if field.default is None else f" Default: {field.default}.")
