"""Pages of a referral's whole life: agreements and overrides, transfers and hand-over, and what the leader steers."""

from services.referral.case_ui import (
    agreements,
    handover,
    hold_end,
    liaison,
    lifting,
    named_later,
    numbers,
    overrides,
    referring,
    steering,
    told_page,
    transfer,
)
from services.referral.case_ui.room import View
from services.referral.drafting import kept

ONE = "/cases/{case_id}"
LIFE: tuple[tuple[str, View, str, str], ...] = (
    ("/cases/overrides", overrides.waiting, "referral.write", "GET"),
    ("/cases/overrides/{consent_id}", overrides.decide, "referral.write", "POST"),
    ("/cases/hold-ends", hold_end.waiting, "case.write", "GET"),
    (f"{ONE}/holds/{{hold}}", hold_end.ask, "case.write", "GET"),
    (f"{ONE}/holds/{{hold}}", hold_end.take, "case.write", "POST"),
    (f"{ONE}/holds/{{hold}}/second", hold_end.decide, "case.write", "POST"),
    (f"{ONE}/agreements", agreements.show, "case.read", "GET"),
    (f"{ONE}/agreements/new", kept("agreement", agreements.ask), "referral.write", "GET"),
    (f"{ONE}/agreements/new", kept("agreement", agreements.take), "referral.write", "POST"),
    (f"{ONE}/agreements/{{consent_id}}/withdraw", agreements.preview, "referral.write", "GET"),
    (f"{ONE}/agreements/{{consent_id}}/withdraw", agreements.withdraw, "referral.write", "POST"),
    (f"{ONE}/told", told_page.ask, "case.write", "GET"),
    (f"{ONE}/told", told_page.take, "case.write", "POST"),
    (f"{ONE}/override", kept("override", overrides.ask), "referral.write", "GET"),
    (f"{ONE}/override", kept("override", overrides.take), "referral.write", "POST"),
    (f"{ONE}/referrals/{{referral_id}}/better/{{contract_id}}", referring.better_idea, "referral.write", "POST"),
    (f"{ONE}/referrals/{{referral_id}}/transfer", kept("transfer", transfer.ask), "referral.write", "GET"),
    (f"{ONE}/referrals/{{referral_id}}/transfer", kept("transfer", transfer.take), "referral.write", "POST"),
    (f"{ONE}/legs/{{leg_id}}/worker", named_later.ask, "restricted.read", "GET"),
    (f"{ONE}/legs/{{leg_id}}/worker", named_later.take, "restricted.read", "POST"),
    (f"{ONE}/transfers/{{transfer_id}}/undo", transfer.undo, "referral.write", "POST"),
    ("/referrals/handover", handover.show, "directory.write", "GET"),
    ("/referrals/handover/check", handover.check, "directory.write", "GET"),
    ("/referrals/handover/check", handover.carry_out, "directory.write", "POST"),
    ("/referrals/handover/{handover_id}", handover.one_handover, "directory.write", "GET"),
    ("/referrals/handover/{handover_id}/undo", handover.undo, "directory.write", "POST"),
    ("/operations/rehearsal", steering.rehearsal, "operations.write", "GET"),
    ("/operations/incidents", steering.show_incidents, "operations.write", "GET"),
    ("/operations/incidents", steering.switch_on, "operations.write", "POST"),
    (f"{ONE}/contact/liaison", liaison.say, "case.write", "POST"),
    (f"{ONE}/contact/numbers/{{kind}}", numbers.ask, "case.reveal", "GET"),
    (f"{ONE}/contact/numbers/{{kind}}", numbers.decide, "case.write", "POST"),
    ("/operations/incidents/held", lifting.show, "team.write", "GET"),
    ("/operations/incidents/held", lifting.lift, "team.write", "POST"),
    ("/operations/incidents/{switch_id}/off", steering.switch_off, "operations.write", "POST"),
)
"""Path, view, permission and method."""
