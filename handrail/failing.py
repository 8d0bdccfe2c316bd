"""What the operator is told when something cannot be done."""


class Failed(Exception):
    """Something could not be done: says what, where, and what to do. `handrail` prints it and ends with 1."""
