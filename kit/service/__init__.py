"""A service as its `__main__` declares it, and `main`, which runs one process of it."""

from kit.service.declared import Check, Every, Moment, Service
from kit.service.running import main

__all__ = ["Check", "Every", "Moment", "Service", "main"]
