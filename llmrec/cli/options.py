"""Options that several commands share, and those that set fields of a config.

A config comes from a YAML file, from `--set field=value`, and from shortcuts with the docs of their fields.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperCommand

from llmrec import paths
from llmrec.errors import BadInput

if TYPE_CHECKING:
    from llmrec.pipeline_config import PipelineConfig

OPENING = "opening the catalogue, the model and the index"
Data = Annotated[Path | None, typer.Option("--data", help="Catalogue folder (default: the demo's MovieLens-100K).")]
Adapter = Annotated[
    Path | None,
    typer.Option("--adapter", help="Adapter: a folder, or the name of a shipped one (default: the demo's, ml-100k)."),
]
Base = Annotated[
    Path | None, typer.Option("--base", help="Base LLM, a Hugging Face folder (default: the one of setup).")
]
User = Annotated[str | None, typer.Option("--user", help="User id of the catalogue.")]
History = Annotated[
    str | None,
    typer.Option("--history", help="Item ids, oldest first, comma separated, in place of a user's history."),
]
Database = Annotated[
    str | None,
    typer.Option("--database", envvar="LLMREC_DATABASE", help="URL of a database (default: SQLite below LLMREC_HOME)."),
]
DatabaseKey = Annotated[
    Path | None,
    typer.Option(
        "--database-key",
        envvar="LLMREC_DATABASE_KEY_FILE",
        help="File of the key that encrypts what the database holds of people (default: the key in "
        "LLMREC_DATABASE_KEY; without one it is not encrypted).",
    ),
]
Media = Annotated[
    str | None,
    typer.Option(
        "--media",
        envvar="LLMREC_MEDIA",
        help="Folder of the media of items that were put, or URL of a place that fsspec reaches (s3://bucket/media); "
        "gateways that share a database share it (default: below LLMREC_HOME).",
    ),
]
Chroma = Annotated[
    str | None,
    typer.Option(
        "--chroma",
        envvar="LLMREC_CHROMA",
        help="URL of a Chroma server that has the index, or of several that share it, with commas between them "
        "(default: an index below LLMREC_HOME).",
    ),
]
ChatUrl = Annotated[
    str | None,
    typer.Option(
        "--chat-url",
        help="OpenAI-compatible endpoint of a chat model that reads lines along with the rules; "
        "its key, if it wants one, is OPENAI_API_KEY of the environment.",
    ),
]
ChatModel = Annotated[str | None, typer.Option("--chat-model", help="Name of that model.")]
PARTS = "Parts of your own, by name or import path (docs/how-to/plugins.md)"
"""Heading of the options that take plug-ins."""
Reader = Annotated[
    str | None,
    typer.Option("--reader", help="Reader of the catalogue folder (default: by its files).", rich_help_panel=PARTS),
]
Columns = Annotated[
    str | None,
    typer.Option(
        "--columns",
        metavar="ROLE=COLUMN,…",
        help="Which column is which, where that is not found by itself: item=sku,user=who,time=when (also "
        "rating, kind, quantity, title, description, price, year, genres, category, colour, brand, tags, image, "
        "video, audio). "
        "Kept with the catalogue, beside what was named before; '' forgets all.",
    ),
]
Index = Annotated[
    str | None, typer.Option("--index", help="Where item vectors lie: chroma, exact.", rich_help_panel=PARTS)
]
Engine = Annotated[
    str | None,
    typer.Option(
        "--engine",
        help="Where the LLM runs: local, vllm?RANK_URL,WRITE_URL (several: vllm?RANK,RANK;WRITE,WRITE).",
        rich_help_panel=PARTS,
    ),
]
Candidates = Annotated[
    list[str] | None,
    typer.Option(
        "--candidates", help="A candidate source beside llmrec's own; may be repeated.", rich_help_panel=PARTS
    ),
]
Verifier = Annotated[
    str | None,
    typer.Option(
        "--verifier", help="What decides which sentences are shown: rules, entailment.", rich_help_panel=PARTS
    ),
]
Writer = Annotated[
    Literal["rules", "llm"] | None,
    typer.Option("--writer", help="Who writes reasons first: rules, or the LLM.", rich_help_panel=PARTS),
]
Repeats = Annotated[
    Literal["first", "keep"],
    typer.Option(
        "--repeats",
        help="Of a user's events with one item, first: the first counts; keep: all do, and what was taken may be "
        "recommended again.",
    ),
]
WorkerCount = Annotated[
    int, typer.Option("--workers", min=1, help="Processes; each computes on one core and has the model in memory.")
]
Ray = Annotated[
    str | None,
    typer.Option(
        "--ray",
        metavar="ADDRESS",
        help="Let actors of a Ray cluster work, as many as --workers: HOST:PORT of its head, auto on one of its "
        "machines; local: one is started here.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]
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


def pipeline_config(
    chroma: str | None = None,
    index: str | None = None,
    engine: str | None = None,
    candidates: Sequence[str] | None = None,
    verifier: str | None = None,
    writer: str | None = None,
) -> "PipelineConfig":
    """The parts that the options name, llmrec's own for the rest; `candidates` are asked beside its own."""
    from llmrec.pipeline_config import PipelineConfig

    if chroma:
        if index not in (None, "chroma"):
            raise BadInput(f"`index` is {index!r} and `chroma` is {chroma!r}; pass one of them", "index", "chroma")
        from llmrec.retrieval.sharded import server_addresses

        server_addresses(chroma)  # a mistyped address shows before the models are loaded
        index = f"chroma?{chroma}"
    config = PipelineConfig(**given(index=index, engine=engine, verifier=verifier, writer=writer))
    return config.changed(candidates=(*config.candidates, *candidates)) if candidates else config


def name_columns(data: Path | None, columns: str | None, reader: str | None) -> None:
    """Keep with a catalogue what `--columns` says of it, where it can be read so; every reading of it goes by that.

    Raises what `llmrec.catalog.check` and `llmrec.catalog.columns` do.
    """
    if columns is None:
        return
    if data is None:
        raise BadInput("`columns` is about a catalogue of yours; pass its folder as `data`, too", "columns", "data")
    from llmrec.catalog import check
    from llmrec.catalog.columns import added_columns, keep_columns, kept_columns, named_columns
    from llmrec.cli import show

    names, kept = named_columns(columns), kept_columns(data)[0]
    if names:
        names = added_columns(kept, names)
    if names and kept == names:
        return
    if names:
        check(data, None, reader, names)
    file = keep_columns(data, names)
    every = ", ".join(f"{role}={name}" for role, of_role in names.items() for name in of_role)
    show.note(f"the names of columns are kept in {file}: {every}" if names else f"{data} has no named columns any more")


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
