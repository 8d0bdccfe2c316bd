"""Options that every verb has."""

from pathlib import Path
from typing import Annotated

import typer

DataOption = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Folder of the system (default: HANDRAIL_DATA, else .handrail here)."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
