"""`handrail member`: who belongs to which provider; somebody begins to work for another one, or ends."""

from pathlib import Path
from typing import Annotated

import typer

from handrail import service_process
from handrail.local.state import data_folder, running
from handrail.options import DataOption

app = typer.Typer(
    no_args_is_help=True, add_completion=False, rich_markup_mode=None, help="See and say who belongs to which provider."
)
WhoArgument = Annotated[str, typer.Argument(metavar="WHO", help="What the identity provider calls them.")]
ProviderArgument = Annotated[str, typer.Argument(metavar="PROVIDER", help="Its name, as the directory says it.")]


def ask(data: Path | None, *words: str) -> None:
    raise typer.Exit(service_process.run(running(data_folder(data)), "referral", ["member", *words]))


@app.command("list")
def list_members(data: DataOption = None) -> None:
    """List who can sign in for which provider, in which role."""
    ask(data, "list")


@app.command()
def join(
    who: WhoArgument,
    provider: ProviderArgument,
    role: Annotated[str, typer.Option("--role", help="idva.worker, isva.worker, provider.manager, ...")],
    reason: Annotated[str, typer.Option("--reason", help="works_for_both, moved_here or stands_in; it is audited.")],
    data: DataOption = None,
) -> None:
    """Somebody who can sign in works for this provider from now on."""
    ask(data, "join", who, provider, "--role", role, "--reason", reason)


@app.command()
def end(
    who: WhoArgument,
    provider: ProviderArgument,
    reason: Annotated[str, typer.Option("--reason", help="left, moved_away or by_mistake; it is audited.")],
    data: DataOption = None,
) -> None:
    """Somebody works for this provider no more: what they have open for it asks them to sign in."""
    ask(data, "end", who, provider, "--reason", reason)
