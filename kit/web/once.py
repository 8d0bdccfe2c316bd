"""A form sent twice is one thing, and a form gone back to and sent with other answers is another: nothing is lost."""

from collections.abc import Collection
from uuid import UUID, uuid5

from kit.web.visit import Visit


def bound(made: UUID, *told: object) -> UUID:
    """The id of what a form tells: `made` with the form, bound to its answers."""
    return uuid5(made, repr([None if each is None else str(each) for each in told]))


def sent_id(visit: Visit, name: str, aside: Collection[str] = ()) -> UUID | None:
    """The id of what the form in hand tells: the id made with the form, in the field `name`, bound to the address it
    was sent to and to all that was filled in, but for the fields `aside`. None where the form brought no id."""
    try:
        made = UUID((visit.form.get(name) or [""])[0])
    except ValueError:
        return None
    filled = {
        field: [value.strip().replace("\r\n", "\n") for value in values]
        for field, values in visit.form.items()
        if field not in (name, "csrf_token", *aside) and any(value.strip() for value in values)
    }
    return bound(made, visit.request.url.path, name, *sorted(filled.items()))
