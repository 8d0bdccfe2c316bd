"""A form sent twice is one thing, and a form gone back to and sent with other answers is another: nothing is lost."""

from uuid import UUID, uuid5


def bound(made: UUID, *told: object) -> UUID:
    """The id of what a form tells: `made` with the form, bound to its answers."""
    return uuid5(made, repr([None if each is None else str(each) for each in told]))
