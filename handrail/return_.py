"""`handrail return`: draw, sign, seal, verify and compare the quarterly returns."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from handrail import service_process
from handrail.local.state import data_folder, running
from handrail.options import DataOption, JsonOption

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Draw, sign, seal, verify and compare the quarterly returns.",
)
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="The id of a return; `handrail return list` shows them.")]


class Kind(StrEnum):
    """The two returns."""

    grant = "grant"
    code = "code"


def ask(data: Path | None, as_json: bool, *words: str) -> None:
    """Hands over to the process of returns, and ends with its exit code."""
    system = running(data_folder(data))
    raise typer.Exit(service_process.run(system, "returns", ["return", *words, *(["--json"] if as_json else [])]))


@app.command()
def draw(
    period: Annotated[str, typer.Argument(metavar="PERIOD", help="A calendar quarter: 2026-Q3.")],
    kind: Annotated[Kind, typer.Option("--kind", help="The services grant return or the Victims' Code return.")],
    cut_off: Annotated[str | None, typer.Option("--cut-off", metavar="T", help="An instant (default: now).")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Where the CSV and its hash go.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Freeze the figures of a quarter as known at a cut-off; the same cut-off gives the same bytes for ever."""
    words = ["draw", period, "--kind", kind.value]
    words += ["--cut-off", cut_off] if cut_off else []
    words += ["--out", str(out)] if out else []
    ask(data, as_json, *words)


@app.command()
def sign(
    return_id: IdArgument,
    persona: Annotated[str, typer.Option("--as", metavar="PERSONA", help="leader or admin; never who drew it.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sign a drawn return."""
    ask(data, as_json, "sign", return_id, "--as", persona)


@app.command()
def seal(return_id: IdArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Seal a signed return: it never changes again."""
    ask(data, as_json, "seal", return_id)


@app.command()
def show(return_id: IdArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show the state of a return."""
    ask(data, as_json, "show", return_id)


@app.command("list")
def list_returns(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the returns drawn here."""
    ask(data, as_json, "list")


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The CSV of a return.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a file: canonical, drawn here, the same bytes, the signature ours."""
    ask(data, as_json, "verify", str(file))


@app.command()
def diff(
    before: Annotated[str, typer.Argument(metavar="ID", help="The earlier return.")],
    after: Annotated[str, typer.Argument(metavar="ID", help="The later return.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the cells that differ between two returns."""
    ask(data, as_json, "diff", before, after)
