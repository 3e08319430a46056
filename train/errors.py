"""The error that a user can mend: its text is all that they are shown."""


class UserError(Exception):
    """What is wrong, with which file or row, and what to do; ends the command, no traceback."""
