"""`handrail demo`: the whole job once, from real crime data to sealed returns, on this machine."""

from handrail.demo.command import app

__all__ = ["app"]
