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


class ConfigurationError(UserError):
    """A file of conf/ cannot be read, or says something that cannot be followed."""


class TrainingError(UserError):
    """Training cannot start or go on: an absent device, a loss that is not finite."""
