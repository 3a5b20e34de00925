"""The one error that users are meant to read."""


class YettError(Exception):
    """Something the user can put right: one sentence, lower case, with the file and the next step.

    Caught once, in `cli`, where it becomes exit code 2 (usage or invalid policy).
    """
