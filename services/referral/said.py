"""Words that the hub and a provider read alike: an age, and what somebody has just done to a referral."""

DONE = {
    "triage": "You triaged the referral.",
    "record_attempt": "You recorded the attempt.",
    "send": "You sent the referral to the provider.",
    "view": "You opened the referral.",
    "ask": "You asked the hub a question.",
    "supply": "You answered the provider's question.",
    "accept": "You accepted the referral.",
    "waitlist": "You put the person on the waiting list.",
    "check_in": "You recorded the check-in.",
    "decline": "You declined the referral.",
    "start": "You started the support.",
    "pause": "You put the support on hold.",
    "keep_on_hold": "You reviewed the hold and kept it.",
    "resume": "You resumed the support.",
    "complete": "You completed the support.",
    "end_early": "You ended the support early.",
    "not_reached": "You closed the referral: the person could not be reached.",
    "person_declined": "You closed the referral: the person does not want this.",
    "withdraw": "You withdrew the referral.",
    "transfer": "You transferred the referral to another provider.",
}
"""Each verb of the transition table, as its flash says it."""
NO_LONGER = "No longer shown"
"""What a provider reads in place of what it saw while the referral was its own."""


def age(band: str | None) -> str:
    """ "25 to 34", "75 and over", "Not known"."""
    return (band or "not known").replace("+", " and over").replace("_", " ").replace("-", " to ").capitalize()
