"""Every SQL of the service, by noun: cases, what was told of them, their clocks, and what pages list."""
