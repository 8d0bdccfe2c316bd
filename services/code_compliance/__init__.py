"""Owns entitlements under the Victims' Code, their clocks and evidence.
Announces on code.events: what is due, met, breached, excepted, declined, paused, re-planned.
Listens to police.crimes, justice.milestones and referral.events.
"""
