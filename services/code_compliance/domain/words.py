"""Words for what pages show: states, agencies, acts; the one act that would stop a clock."""

from collections.abc import Mapping

from services.code_compliance.domain.catalogue import Entitlement

STATES: Mapping[str, str] = {
    "running": "Running",
    "met": "Met",
    "met_late": "Met late",
    "breached": "Breached",
    "not_evidenced": "Not evidenced",
    "declined_by_victim": "Declined by the person",
    "excepted_with_reason": "Excepted, with a reason",
    "unable_to_contact": "Unable to contact",
    "not_applicable": "No longer applies",
}
COLOURS: Mapping[str, str] = {
    "running": "blue",
    "met": "green",
    "met_late": "yellow",
    "breached": "red",
    "not_evidenced": "grey",
    "declined_by_victim": "grey",
    "excepted_with_reason": "grey",
    "unable_to_contact": "orange",
    "not_applicable": "grey",
}
AGENCIES: Mapping[str, str] = {
    "police": "Police",
    "CPS": "Crown Prosecution Service",
    "WCU": "Witness Care Unit",
    "HMCTS": "Courts",
    "YOT": "Youth offending team",
    "Probation_VCS": "Probation (Victim Contact Scheme)",
    "Parole_Board": "Parole Board",
    "CCRC": "Criminal Cases Review Commission",
    "PHSO": "Ombudsman",
    "hospital_managers": "Hospital managers",
    "Home_Office_Immigration_Enforcement": "Immigration Enforcement",
    "PCC-commissioned service": "Commissioned services",
    "all_service_providers": "Every service provider",
}
SOURCES: Mapping[str, str] = {
    "police": "the police",
    "cps": "the Crown Prosecution Service",
    "court": "the court",
    "probation": "probation",
    "wcu": "the Witness Care Unit",
    "hub": "our own record",
    "provider": "a support service",
    "person": "the person",
    "import": "an import",
    "other": "another source",
}
CHANNELS: Mapping[str, str] = {
    "mobile": "mobile phone",
    "landline": "landline",
    "text": "text message",
    "email": "email",
    "letter": "letter",
    "in_person": "in person",
    "somebody": "through somebody else",
    "other": "another way",
}

PLAIN_TITLES: Mapping[str, str] = {
    "R3.process_info": "Told where to find out about the criminal justice process, rights, support, compensation, and"
    " medical or specialist help, and what is arranged for who lives elsewhere",
    "R4.needs_assessment": "Needs assessed, and whether Enhanced Rights apply",
    "R4.refer_support": "The police referred the person to the hub",
    "R4.self_access": "Able to contact support services directly, free, even if nothing was reported",
}
"""Duties whose title in the catalogue says more than what is counted, or says it in short forms: what the pages of a
case say instead. That the hub has the details is what counts as a referral, by the evidence policy."""


def title_in_words(entitlement: Entitlement) -> str:
    return PLAIN_TITLES.get(entitlement.id, entitlement.title)


def agency_in_words(duty_holder: str) -> str:
    return AGENCIES.get(duty_holder, duty_holder)
