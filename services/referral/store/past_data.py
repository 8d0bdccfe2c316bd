"""Whether what is heard in a transaction is history that is loaded: cases and alerts that it makes keep that."""

from kit.database import Tx


async def mark(tx: Tx, *, history: bool) -> None:
    """From now on, in this transaction, a new case or alert is one of history, or none."""
    await tx.execute("select set_config('app.history', $1, true)", "on" if history else "off")
