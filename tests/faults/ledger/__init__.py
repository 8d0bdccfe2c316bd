"""The smallest service there can be: it enters each event's number in a ledger and announces it."""
