"""A bereaved family is reached through their liaison officer while one is with them: by nobody, no way, past them."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.identity import case_id
from contracts.refused import Refused
from contracts.vocabulary import CHANNELS
from kit import clock
from services.referral.actions import contacting, opening
from services.referral.domain.safe_contact import THROUGH_OFFICER, ChannelState, Profile, may_use
from services.referral.store import liaison
from tests.builders import NOON, a_crime, a_detail, a_viewer, recorded, snapshot, updated
from tests.referral.conftest import Hub
from tests.referral.hub_pages import AsPersona
from tests.referral.portal import a_referral_sent
from tests.referral.test_case_gate import Site, passes, site
from tests.referral.test_mailing import a_request
from tests.referral.test_use_of_channels import attempt, use

__all__ = ["site"]
NUMBER, EMAIL = "07700 900871", "kin@example.org"
KIN = {"kin_ref": "K1", "relationship": "parent", "share": "agreed", "age_at_report": 51}
service = pytest.mark.service


def test_while_an_officer_is_with_the_family_no_channel_is_open_but_through_somebody() -> None:
    profile = Profile({kind: ChannelState(kind, "safe") for kind in CHANNELS}, shut=THROUGH_OFFICER)
    found = {kind: may_use(profile, kind, "support", NOON).why for kind in CHANNELS}
    assert found == dict.fromkeys(CHANNELS, THROUGH_OFFICER) | {"somebody": "safe"}


def sealed(hub: Hub, crime: dict[str, Any]) -> dict[str, Any]:
    """The crime with its details, which name the officer and how the parent is reached."""
    ways = [{"kind": "mobile", "value": NUMBER, "safety": "safe"}, {"kind": "email", "value": EMAIL, "safety": "safe"}]
    named = [{"kin_ref": "K1", "given_names": "Anna", "family_name": "Example", "channels": ways}]
    detail = a_detail(next_of_kin=named, family_liaison_officer={"name": "PC Example"})
    crime["victims"][0]["sealed"] = hub.sealed(detail, crime["crime_id"], "D1")
    return crime


async def a_family(hub: Hub) -> tuple[UUID, dict[str, Any]]:
    """The case of a parent whose mobile and e-mail are safe, and the crime."""
    kin = {**KIN, "channels_safe": ["mobile", "email"]}
    crime = sealed(hub, a_crime({"victim_ref": "D1", "kind": "deceased", "bereaved": [kin]}, offence_code="4.4"))
    await hub.hears(recorded(crime, at=clock.now() - timedelta(hours=1)))
    await hub.every(opening.open_arrivals, clock.now())
    return case_id(crime["crime_id"], "K1"), crime


@service
async def test_nobody_reaches_the_family_past_the_officer_until_a_word_opens_the_way_and_it_is_shut_again(
    hub: Hub, browse: AsPersona
) -> None:
    case, crime = await a_family(hub)
    for act in (use, attempt):
        with pytest.raises(Refused, match=THROUGH_OFFICER):
            await act(hub, case)
    await hub.hears([a_request(case)])
    assert (await hub.told(case))[-1] == "contact.withheld" and await hub.value("select count(*) from mail") == 0
    officer = await browse("officer")
    where = f"/cases/{case}/contact"
    page = await officer.get(where)
    assert "Call the mobile: show its number" not in page.text and "Safe now: Mobile" not in page.text
    assert (await officer.submit("Write it down", 422)).errors == ["Choose what was said of the family liaison officer"]
    page = await officer.submit("Write it down", said="officer_agreed")
    assert "The officer agreed that we reach the family ourselves: written down" in page.text
    assert await use(hub, case) == NUMBER
    await hub.hears([a_request(case)])
    assert await hub.value("select count(*) from mail") == 1
    await officer.post(f"{where}/liaison", {"said": "officer_agreed"})
    await officer.post(f"{where}/liaison", {"said": "officer_gone", "liaison_shown": "an older page"}, status=409)
    said = await hub.rows("select reason from kit.audit where action = 'liaison.said'")
    assert [row["reason"] for row in said] == ["officer_agreed"]
    later = sealed(hub, updated(crime, 2))
    await hub.hears([snapshot(later, clock.now())])
    await hub.every(opening.open_arrivals, clock.now())
    with pytest.raises(Refused, match=THROUGH_OFFICER):
        await use(hub, case)
    await (await browse("compliance")).post(f"{where}/liaison", {"said": "officer_gone"}, status=403)


@service
async def test_a_provider_of_the_family_goes_through_the_officer_too(hub: Hub) -> None:
    sent, worker = await a_referral_sent(hub), a_viewer("idva.worker")
    async with hub.looks(a_viewer()) as tx:
        await liaison.named(tx, [sent.case], NOON)
    with pytest.raises(Refused, match=THROUGH_OFFICER):
        async with hub.looks(worker) as tx:
            await contacting.record_attempt(tx, worker, uuid4(), sent.case, "mobile", "no_answer", clock.now())


@pytest.mark.browser
@service
async def test_the_page_of_contact_with_an_officer_named_passes_the_gate(site: Site, hub: Hub) -> None:
    case, _ = await a_family(hub)
    await passes(site, f"/cases/{case}/contact")
