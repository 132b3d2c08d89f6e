"""The bounds of the formula language, and the one error that says what is beyond them."""

from __future__ import annotations

from actsearch.core.errors import UserError

MAX_CHARACTERS = 500
MAX_NODES = 200
MAX_DEPTH = 40
MAX_EXPONENT = 16.0
MAX_NESTED_EXPONENTS = 64.0
MAX_NUMBER = 1e9
MIN_NUMBER = 1e-30
MAX_COST = 500
MAX_PARAMETERS = 20


class FormulaError(UserError):
    """A formula that is refused. `column` counts from 1; None where no place of the text is meant."""

    def __init__(self, column: int | None, what: str, remedy: str) -> None:
        self.column, self.what, self.remedy = column, what, remedy
        place = f"column {column}: " if column is not None else ""
        super().__init__(f"{place}{what}; {remedy}")

    def __reduce__(self) -> tuple[type[FormulaError], tuple[int | None, str, str]]:
        return type(self), (self.column, self.what, self.remedy)
