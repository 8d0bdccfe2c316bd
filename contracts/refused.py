"""The one exception by which a rule says no."""


class Refused(Exception):
    """This cannot be done as asked. `field` names what to change ("" when it is the whole), `code` the rule."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}" if field else code)
        self.field = field
        self.code = code
