"""How any service runs: consume once, publish once, keep time, keep secrets, show pages."""
