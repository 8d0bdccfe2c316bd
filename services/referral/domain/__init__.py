"""The rules of the referral hub: pure, deterministic, without clock, randomness or input and output."""
