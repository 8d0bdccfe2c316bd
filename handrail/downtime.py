"""`handrail downtime-sheet`: opens a sealed downtime sheet on a machine that has nothing else of ours running."""

from pathlib import Path
from typing import Annotated

import typer

from handrail.failing import Failed
from kit.web.sealed_page import CannotOpenPage, open_page

app = typer.Typer()


@app.command("downtime-sheet")
def downtime_sheet(
    file: Annotated[Path, typer.Argument(help="the sheet, as downloaded from Cases, Downtime sheet")],
    out: Annotated[Path | None, typer.Option(help="where to write the opened page; else it is printed")] = None,
    passphrase: Annotated[str, typer.Option(prompt=True, hide_input=True, help="asked for when left out")] = "",
) -> None:
    """Open a sealed downtime sheet without any server. A browser opens it too: double-click the file."""
    if not file.is_file():
        raise Failed(f"There is no file {file}.")
    try:
        opened = open_page(file.read_text(encoding="utf-8"), passphrase)
    except (CannotOpenPage, UnicodeDecodeError):
        raise Failed(f"{file} does not open: {CannotOpenPage.__doc__}") from None
    if out is None:
        print(opened)
        return
    out.touch(mode=0o600)
    out.write_text(opened, encoding="utf-8")
    print(f"Opened into {out}. Delete it when it is not needed any more.")
