"""Rules of the Victims' Code, pure: what is owed, until when, and what meets it."""
