"""`handrail parked`: what is stuck, why, and what to do about it."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from handrail import service_process
from handrail.failing import Failed
from handrail.local.processes import SERVICES
from handrail.local.state import data_folder, running
from handrail.options import DataOption, JsonOption

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="See, replay or discard records that were set aside.",
)
WORDS = {
    "bad_header": "a header cannot be read; ask the sender to correct it and send it again",
    "missing_header": "a header that every event needs is missing; ask the sender to send it again",
    "bad_key": "its key is not the id it speaks of; nothing else waits for it",
    "bad_json": "it is not JSON; ask the sender to send it again",
    "schema": "a field is missing or not what was agreed; ask the sender to correct it",
    "too_large": "it is larger than 256 KiB",
    "refused": "a rule says that this cannot be",
    "defect": "this system failed on it; report it, and replay it after the repair",
}
IdArgument = Annotated[str, typer.Argument(metavar="SERVICE/NUMBER", help="As `handrail parked list` shows it.")]


def ask(data: Path | None, service: str, *words: str) -> Any:
    system = running(data_folder(data))
    asked = ["parked", *words]
    return service_process.answer(service_process.start(system, service, asked), service, asked)


def place(name: str) -> tuple[str, str]:
    """Service and number of `referral/7`; Failed says how to write it."""
    service, _, number = name.partition("/")
    if service not in SERVICES or not number.isdigit():
        raise Failed(f"{name} is not the name of a parked record. Write it as `handrail parked list` shows it.")
    return service, number


def in_words(row: dict[str, Any]) -> str:
    """Two lines: which record, since when and how much waits behind it; then why, and what to do."""
    behind = f", {row['behind']} behind it" if row.get("behind") else ""
    detail = f" ({row['detail']})" if row.get("detail") else ""
    what = f"{row['service']}/{row['id']}  {row['parked_at']}  {row['type'] or 'no type'} on {row['topic']}{behind}"
    return f"{what}\n    {WORDS.get(row['reason'], row['reason'])}{detail}"


@app.command("list")
def list_parked(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List what is set aside in every service, oldest first."""
    rows = [row for service in SERVICES for row in ask(data, service, "list")]
    rows.sort(key=lambda row: str(row["parked_at"]))
    if as_json:
        print(json.dumps({"parked": rows}))
    elif not rows:
        print("Nothing is parked.")
    for row in rows if not as_json else ():
        print(in_words(row))


@app.command()
def show(record: IdArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show one parked record, without its contents."""
    service, number = place(record)
    rows = ask(data, service, "show", number)
    if not rows:
        raise Failed(f"{record} is not parked (any more).")
    print(json.dumps(rows[0]) if as_json else in_words(rows[0]))


@app.command()
def replay(record: IdArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Try a record again, and what waits behind it, in order."""
    service, number = place(record)
    told(ask(data, service, "replay", number), as_json)


@app.command()
def discard(
    record: IdArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why it is given up; it is kept in the audit.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a record up for a stated reason, and let what waits behind it go on."""
    service, number = place(record)
    told(ask(data, service, "discard", number, "--reason", reason), as_json)


def told(found: dict[str, Any], as_json: bool) -> None:
    """Ends with 1 when something of it is still parked, or there was nothing to do."""
    print(json.dumps(found) if as_json else f"{found['applied']} applied, {found['parked']} still parked.")
    done = found.get("discarded", True) and not found["parked"] and (found["applied"] or "discarded" in found)
    raise typer.Exit(0 if done else 1)
