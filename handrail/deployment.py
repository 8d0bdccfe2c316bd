"""What a deployment takes from the same lists: `python -m handrail.deployment write`, or `secrets FOLDER`."""

import argparse
from pathlib import Path

from handrail.gateway import configuration
from handrail.local.keys import make_secrets
from handrail.local.roles import as_script, read_roles

DEPLOY = Path(__file__).parents[1] / "deploy"


def generated() -> dict[Path, str]:
    """Each generated file with the text it should have."""
    return {
        DEPLOY / "postgres" / "roles.sql": as_script(read_roles()),
        DEPLOY / "gateway" / "nginx.conf": configuration(),
    }


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m handrail.deployment", description=__doc__)
    verbs = words.add_subparsers(dest="verb", required=True)
    verbs.add_parser("write", help="write the generated files anew")
    secrets = verbs.add_parser("secrets", help="make the passwords and keys that are missing in a folder")
    secrets.add_argument("folder", type=Path)
    told = words.parse_args()
    if told.verb == "secrets":
        make_secrets(told.folder, ["postgres", *read_roles().logins])
        return
    for path, text in generated().items():
        path.write_text(text)


if __name__ == "__main__":
    main()
