"""Side-by-side measurements of the referral worker: `python -m bench`."""
