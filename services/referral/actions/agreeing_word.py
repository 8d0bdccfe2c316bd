"""The code word that is agreed with a person: by it a caller is known, and whoever reads behind their link."""

from datetime import datetime

from contracts.refused import Refused
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from kit.sealing import Sealer, seal
from services.referral.actions import code_words, sealing, word_links
from services.referral.domain.plain_text import is_plain
from services.referral.store import code_word_before, details, persons, tasks
from services.referral.store.cases import Case

SHORTEST, LONGEST = 4, 100
TASK = "agree_code_word"


async def agree(tx: Tx, viewer: Viewer, sealer: Sealer, case: Case, word: str, now: datetime, *, spoke: bool) -> None:
    """Keeps the word in place of the one before, in every record of the person; the same again changes nothing. Refused
    with the reason: who agrees one has spoken to the person."""
    word = " ".join(word.split())
    if not SHORTEST <= len(word) <= LONGEST or not is_plain(word):
        raise Refused("word", "length")
    if not spoke:
        raise Refused("spoke", "only_after_speaking_to_the_person")
    records = sorted(await persons.with_linked(tx, [case.person_id]))
    everywhere = len(await details.code_words(tx, [case.person_id])) == len(records)
    if everywhere and await code_words.of_person(tx, sealer, case.person_id) == [word]:
        return
    before = await word_links.words_of(tx, sealer, [case.person_id], now)
    keys = await sealer.data_keys(records, make=True)
    where = {one: sealing.place("person_sealed", "code_word", one) for one in records}
    sealed = {one: seal(keys[one], word, where[one]) for one in records}
    others = {one: text for one, text in sealed.items() if one != case.person_id}
    await code_word_before.keep(tx, others, case.person_id)
    await details.keep_people(tx, [(one, {"code_word": text}) for one, text in sealed.items()], now)
    await tasks.over_of_case(tx, case.case_id, TASK, viewer.user_id, now)
    await word_links.follow(tx, sealer, before, now, viewer.user_id, viewer.role)
    await audit.record(tx, [audit.seen(viewer, "code_word.agreed", "case", case.case_id, ("code_word",))])
