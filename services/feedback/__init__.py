"""Owns who is asked how it was, what they answered, and who said no for ever.
Announces on feedback.events: contact requested, invited, withheld, answered, withdrawn (scores and codes only).
Listens to referral.events and, for hearings, justice.milestones.
"""
