"""What one request may ask for: so much that it is useful, so little that others are served too."""

IDS = 1000  # users or items
K = 100  # length of a list
HISTORY = 1000  # items of a new user
NEWCOMERS = 100  # new users or items
TEXT = 10_000  # characters of an id, a title or another text
DIMENSIONS = 20_000  # numbers of one vector
BODY = 8 * 2**20  # bytes: a hundred items with vectors as wide as published ones, as JSON
CONNECTIONS = 256  # at a time
WAITING = 8  # requests of one kind that wait for their turn
