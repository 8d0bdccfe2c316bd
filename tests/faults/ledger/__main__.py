"""One process of the ledger, with a mutant or a crash where a test asks for it."""

import os
from dataclasses import replace

from kit.service import main
from tests.faults.ledger import mutants
from tests.faults.ledger.service import LEDGER

mutants.plant(os.environ.get("LEDGER_MUTANT", ""), int(os.environ.get("LEDGER_CRASH", "0")))
main(replace(LEDGER, database=os.environ["LEDGER_DATABASE"]))
