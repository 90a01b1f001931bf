"""What the operator can mend. No handling: the command line prints it and exits with 2."""


class OperatorError(Exception):
    """One line that says what is wrong and what to do; it never shows a secret or a person."""
