"""Owns persons, cases, consent, safe contact, needs and referrals. Announces `referral.events`.
Listens to police.crimes, justice.milestones, code.events and feedback.events."""
