"""Raw files that a data set does not have: the arguments for them keep their defaults."""

from inspect import Parameter

from siger_pipeline.errors import ParameterError
from siger_pipeline.shell.selection import Selection


def is_absent(selection: Selection, dataset: str, argument: Parameter, whose: str) -> bool:
    """Whether an argument of a source or an extractor gets no file, since none is named.

    Args:
        selection: what is wired.
        dataset: name of the raw dataset that the argument asks for.
        argument: of the function that reads.
        whose: the source or extractor, as messages name it.

    Raises:
        ParameterError: its function cannot do without the file.
    """
    key = selection.absent.get(dataset)
    if key and argument.default is Parameter.empty:
        raise ParameterError(f"{key} is null, but {whose} cannot do without that file: name it")
    return key is not None
