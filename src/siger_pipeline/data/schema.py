"""Names of columns and splits, each spelt once."""

from enum import StrEnum


class Columns:
    """Column names of every table in the catalog."""

    USER = "user"  # id as in the source, text
    ITEM = "item"  # id as in the source, text
    RATING = "rating"
    TIMESTAMP = "timestamp"  # whole number; larger is later
    IS_POSITION = "timestamp_is_position"  # true: timestamp is a position in the user's own order
    SPLIT = "split"  # one of Split; in `interactions` the source's own, null where it has none
    USER_ID = "user_id"  # 0 … U − 1
    ITEM_ID = "item_id"  # 0 … I − 1
    ROW = "row"  # row of the source's ready-made feature matrices, null where it has none
    USER_ROW = "user_row"  # the source's own number of the user, null where it has none
    TITLE = "title"
    BRAND = "brand"
    CATEGORIES = "categories"
    DESCRIPTION = "description"
    FEATURES = "features"  # what the shop lists about an item, in text
    PRICE = "price"
    IMAGE = "image"  # address of the item's first picture, the largest on offer
    RANK = "rank"  # 1 is best
    SCORE = "score"
    LINE = "line"  # a raw line of text
    LINE_NUMBER = "line_number"  # counted from 1
    FIELDS = "fields"  # how many a raw line has
    FILE = "file"  # the file that a raw line comes from, for messages
    REASON = "reason"  # why a raw line is bad, null where it is good
    NOTE = "note"  # which value of a good raw line cannot be read, null where all can
    STEP = "step"  # of the table of counts
    USERS = "users"
    ITEMS = "items"
    INTERACTIONS = "interactions"
    REMOVED = "removed"  # rows that the step removed


class PictureColumns:
    """Column names of the table of pictures that were fetched from addresses."""

    ITEM = Columns.ITEM
    URL = "url"  # as the source has it, null where it has none
    STATUS = "status"  # one of PictureStatus
    REASON = "reason"  # why there is no picture
    BYTES = "bytes"  # of the file
    SHA256 = "sha256"  # of the file, hexadecimal
    FORMAT = "format"  # of the file's content, as Pillow calls it
    WIDTH = "width"  # pixels
    HEIGHT = "height"  # pixels


class PictureStatus(StrEnum):
    """What became of an item's address."""

    FETCHED = "fetched"
    FAILED = "failed"
    NO_ADDRESS = "no address"


def raw_name(position: int, name: str) -> str:
    """The name that a raw table gives a column of its file: never one of ours.

    A NUL, at which engines would end the name, is U+FFFD in it.
    """
    return f"{position}:{name}".replace("\0", "\ufffd")


class Split(StrEnum):
    """What an interaction is used for."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"
