"""Cases of a name or a number, found by blind indexes."""

from uuid import UUID

from kit.database import Tx
from kit.web.app import Visit
from services.referral.actions import sealing
from services.referral.store import details


async def of_people(visit: Visit, tx: Tx, sought: str) -> list[UUID]:
    """The cases of the people of this phone number or full name, as far as the viewer may see them."""
    number = sealing.phone(sought)
    kind, text = ("phone", number) if len(number) >= 6 else ("name", sought)
    people = await details.find(tx, [(kind, visit.sealer.blind(kind, text))])
    return await details.cases_of(tx, people) if people else []
