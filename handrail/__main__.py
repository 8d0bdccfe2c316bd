"""The operator's command. Each verb is a module with a typer `app`, read only when it is asked for."""

import importlib
import importlib.util
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from handrail.failing import Failed

VERBS = {
    "up": "handrail.up",
    "down": "handrail.down",
    "status": "handrail.status",
    "doctor": "handrail.doctor",
    "demo": "handrail.demo",
    "feed": "handrail.feed",
    "emit": "handrail.emit",
    "sign-in": "handrail.signin",
    "return": "handrail.return_",
    "reconcile": "handrail.reconcile",
    "downtime-sheet": "handrail.downtime",
    "parked": "handrail.parked",
    "member": "handrail.member",
}


class Verbs(TyperGroup):
    """Finds the module of a verb; those that are not there are not verbs."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [verb for verb, module in VERBS.items() if importlib.util.find_spec(module)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        module = VERBS.get(cmd_name)
        if module is None or importlib.util.find_spec(module) is None:
            return None
        found: typer.Typer = importlib.import_module(module).app
        found._add_completion = False  # completion belongs to the whole command, not to a verb
        return typer.main.get_command(found)


app = typer.Typer(cls=Verbs, no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@app.callback()
def handrail() -> None:
    """The hub between the police, the services that help victims of crime, the Victims' Code and the Ministry.

    Every verb takes --data DIR (or HANDRAIL_DATA; default .handrail here): several systems can live side by side.
    """


def main() -> None:
    try:
        app(prog_name="handrail")
    except Failed as failure:
        print(failure, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
