"""The root of our own errors."""


class PlainError(Exception):
    """An error whose sentence is meant for the person who asked: what is wrong, the limit and the value found.

    Every error class of ours is one, beside the built-in class it also is. The command line prints the
    sentence and ends with 2; anything that is not a `PlainError` is a defect and keeps its trace.
    """
