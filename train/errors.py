"""The error that a user can mend: its text is all that they are shown."""


class UserError(Exception):
    """What is wrong, with which file or row, and what to do; ends the command, no traceback."""


def require(holds: bool, rule: str, value: object) -> None:
    """Raise a UserError that states the rule and the value unless the rule holds."""
    if not holds:
        raise UserError(f"{rule}, got {value}")
