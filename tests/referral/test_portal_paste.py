"""Outcomes pasted from a provider's own system: previewed, errors by line, kept once, of one's own people alone."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from kit.web.sent import NOT_UTF_8
from services.referral.actions import providing
from services.referral.domain.pasted import read
from services.referral.store import monitoring
from tests.browser import Browser
from tests.builders import RAPE, a_crime, a_victim, a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.portal import LATER, Sent, a_referral_sent, portal_of

LISTS = BOOKS.support


@pytest.mark.parametrize(
    ("text", "kept", "wrong"),
    [
        ("A1,REF,VFS1,better", 1, []),
        ("line_id;reference;outcome;change\r\nA1;ref;vfs1;Better\r\n\r\nA2;ref;VFS2;unsafe\r\n", 2, []),
        ("A1\tREF\tVFS1\tsame", 1, []),
        ("line_id,reference,outcome,change,service\nA1,REF,VFS1,same,idva\nA2,REF,VFS1,same,ISVA", 2, []),
        ("A1,REF,VFS1,same,idva\nA2,REF,VFS1,same,IDVA", 1, [(2, "Line 1 answers this outcome")]),
        ("A1,REF,VFS1", 0, [(1, "It has 3 cells")]),
        ("A1,REF,VFS9,better\nA2,REF,VFS1,great\n,REF,VFS1,same\nA3,,VFS1,same", 0,
         [(1, "The outcome must"), (2, "The change must"), (3, "The line_id must"), (4, "The reference is")]),
        ("A1,REF,VFS1,better\nA1,REF,VFS2,better", 1, [(2, "The line_id stands in line 1 already")]),
        ("\n".join(f"A{n},REF{n},VFS1,same" for n in range(501)), 500, [(501, "There are more than 500 lines")]),
        ("A1,REF,VFS1,better\nA2,ref,vfs1,worse", 1, [(2, "Line 1 answers this outcome of this reference already")]),
        ("=cmd,REF,VFS1,better", 0, [(1, "The line_id must begin with a letter or a digit")]),
        ('"A1,REF,VFS1,better', 0, [(1, "It has 1 cells")]),
    ],
)  # fmt: skip
def test_a_paste_is_read_line_by_line(text: str, kept: int, wrong: list[tuple[int, str]]) -> None:
    lines, bad = read(text, LISTS.outcomes, LISTS.changes)
    assert len(lines) == kept and len(bad) == len(wrong)
    for line, (number, words) in zip(bad, wrong, strict=True):
        assert line.number == number and line.words.startswith(words)


@pytest.fixture
async def manager(hub: Hub, databases: Databases) -> AsyncIterator[Browser]:
    async with portal_of(hub, databases) as browse:
        yield await browse("provider.manager")


async def reference_of(hub: Hub, sent: Sent) -> str:
    return str(await hub.value("select reference from case_file where case_id = $1", sent.case))


@pytest.mark.service
async def test_lines_are_previewed_kept_once_and_refused_when_they_say_something_else(
    hub: Hub, manager: Browser
) -> None:
    sent, worker = await a_referral_sent(hub), a_viewer("idva.worker")
    async with hub.looks(worker) as tx:
        await providing.accept(tx, worker, sent.referral, LATER)
        await providing.start(tx, worker, sent.referral, LATER)
    reference = await reference_of(hub, sent)
    await manager.get("/portal")
    await manager.follow("Outcomes from your own system")
    assert (await manager.submit("Preview", 422)).errors == ["Choose a file, or paste the lines of your system"]
    page = await manager.submit("Preview", 200, lines=f"A1,{reference},VFS1,better\nA2,{reference},VFS2,unsafe")
    assert [row[-1] for row in page.rows[1:]] == ["New", "New"]
    assert {row[3] for row in page.rows[1:]} == {"Independent domestic violence adviser"}
    await manager.get("/portal/outcomes")
    assert (await manager.choose(b"\xff").submit("Preview", 422)).errors == [NOT_UTF_8]
    page = await manager.choose(f"A1,{reference},VFS1,better\r\nA2,{reference},VFS2,unsafe".encode()).submit("Preview")
    assert await hub.value("select count(*) from outcome") == 0
    page = await manager.submit("Keep these lines", 200)
    assert "2 lines kept, 0 lines known before" in page.text
    again = {"lines": f"A1,{reference},VFS1,better\nA3,{reference},VFS3,same", "step": "keep"}
    for _ in range(2):
        await manager.post("/portal/outcomes", again)
    assert await hub.value("select count(*) from outcome") == 3
    worse = {"lines": f"A9,{reference},VFS4,same\nA1,{reference},VFS1,worse", "step": "keep"}
    page = await manager.post("/portal/outcomes", worse, 422)
    assert page.errors == ["Line 2: This line_id was sent before and said something else"]
    assert await hub.value("select count(*) from outcome") == 3, "nothing is half done"
    page = await manager.get(sent.page)
    assert "Feeling more informed: not asked: it was not safe" in page.text
    await manager.get("/portal/outcomes")
    page = await manager.submit("Preview", 200, lines=f"B1,{reference},VFS1,worse")
    assert page.rows[1][-1].lower() == "in place of “better”"
    await manager.submit("Keep these lines", 200)
    page = await manager.get(sent.page)
    coped = "Coped and built resilience to move forward with daily life"
    assert f"{coped}: worse" in page.text and f"{coped}: better" not in page.text
    counted = monitoring._OUTCOMES
    async with hub.looks(a_viewer("provider.manager")) as tx:
        rows = await tx.fetch(counted, datetime(2020, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC))
    assert sorted(row["category"] for row in rows if row["category"].startswith("VFS1")) == ["VFS1:worse"]


@pytest.mark.service
async def test_a_line_of_another_providers_person_is_refused_as_unknown(hub: Hub, manager: Browser) -> None:
    isva = next(c.slug for c in BOOKS.directory.at("isva", "E08000025") if c.provider.slug == "stillwater")
    other, worker = await a_referral_sent(hub, isva, a_crime(a_victim(), offence_code=RAPE)), a_viewer("isva.worker")
    async with hub.looks(worker) as tx:
        await providing.accept(tx, worker, other.referral, LATER)
    lines = f"A1,{await reference_of(hub, other)},VFS1,better\nA2,ZZZZZ-ZZZZZ,VFS1,better"
    await manager.get("/portal/outcomes")
    page = await manager.post("/portal/outcomes", {"lines": lines, "step": "keep"}, 422)
    assert [error.split(": ", 1)[1] for error in page.errors] == [
        "No referral of yours in support or ended has this reference"
    ] * 2
    assert await hub.value("select count(*) from outcome") == 0


NONE = "Line 1: No referral of yours in support or ended has this reference"
SEVERAL = "Line 1: This reference has more than one service of yours: "


@pytest.mark.service
async def test_an_outcome_goes_to_support_that_began_and_to_none_of_two_services_under_one_reference(
    hub: Hub, manager: Browser
) -> None:
    sent, worker = await a_referral_sent(hub), a_viewer("idva.worker")
    reference = await reference_of(hub, sent)
    line = {"lines": f"A1,{reference},VFS1,better", "step": "keep"}

    async def steps(*verbs: str) -> None:
        async with hub.looks(worker) as tx:
            for verb in verbs:
                await providing.step(tx, worker, sent.referral, verb, LATER)

    await manager.get("/portal/outcomes")
    await steps("accept")
    assert (await manager.post("/portal/outcomes", line, 422)).errors == [NONE], "support has not begun"
    await steps("start")
    other = (uuid4(), uuid4())
    copied = "'leg_id', $3::uuid, 'referral_id', $2::uuid, 'line', 'domestic_abuse'"
    for table, more in (("referral", "'started_at', null, 'state', 'accepted'"), ("leg", "'number', 1")):
        await hub.worker.pool.execute(
            f"insert into {table} select (jsonb_populate_record(t, jsonb_build_object({copied}, {more}))).*"
            f" from {table} t where t.referral_id = $1",
            *(sent.referral, *other),
        )
    page = await manager.post("/portal/outcomes", line)
    assert "1 line kept" in page.text
    assert await hub.value("select leg_id from outcome") == sent.leg, "the other service has not begun"
    await hub.worker.pool.execute(
        "update referral set state = 'in_support', started_at = $2 where referral_id = $1", other[0], LATER
    )
    assert "1 line known before" in (await manager.post("/portal/outcomes", line)).text
    second = {"lines": f"A2,{reference},VFS1,worse", "step": "keep"}
    [error] = (await manager.post("/portal/outcomes", second, 422)).errors
    assert error.startswith(SEVERAL) and "Domestic abuse" in error and "Independent domestic violence adviser" in error
    assert await hub.value("select count(*) from outcome") == 1
    wrong = {"lines": f"A2,{reference},VFS1,worse,isva", "step": "keep"}
    [error] = (await manager.post("/portal/outcomes", wrong, 422)).errors
    assert error.startswith("Line 1: This reference has no such service of yours, only: ")
    named = {"lines": f"A2,{reference},VFS1,worse,Domestic Abuse\nA3,{reference},VFS1,same,idva", "step": "keep"}
    assert "2 lines kept" in (await manager.post("/portal/outcomes", named)).text
    found = await hub.rows("select leg_id, change from outcome where line_id in ('A2', 'A3') order by line_id")
    assert [(row["leg_id"], row["change"]) for row in found] == [(other[1], "worse"), (sent.leg, "same")]
