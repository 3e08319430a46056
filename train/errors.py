"""The error that a user can mend: its text is all that they are shown."""


class UserError(Exception):
    """Says what is wrong, with which file or row, and what to do. Ends the command, no traceback."""
