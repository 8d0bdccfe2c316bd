"""Returns: owns the archive, the facts, the definitions and the drawn returns.

Announces return.drawn, .signed, .sealed, .restated; listens to every type of all six topics.
"""
