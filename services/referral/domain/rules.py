"""The little language of conditions: closed, checked when loaded, compiled once."""
