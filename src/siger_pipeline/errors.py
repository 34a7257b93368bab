"""The errors that a person can mend: their message is the whole story."""


class UserError(Exception):
    """Something outside the code is wrong: a file, a parameter, a device.

    The message names the file, line or field, what was found, what is expected and what to do;
    the command line prints it without a traceback and exits with 1.
    """


class InputError(UserError):
    """A raw file, a table or a matrix is not what the stage needs."""


class ParameterError(UserError):
    """A parameter is misspelt, missing or out of its range."""


class TrainingError(UserError):
    """Training cannot start or go on: an absent device, a loss that is not finite."""


def user_error(error: BaseException | None) -> UserError | None:
    """The error that a person can mend behind another one (Kedro wraps what datasets raise)."""
    while error is not None:
        if isinstance(error, UserError):
            return error
        error = error.__cause__ or error.__context__
    return None
