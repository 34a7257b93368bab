"""Sizes of the made-up shop, and how strongly tastes and popularity decide what is bought."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """Size of the shop and weight of tastes.

    A user u reviews an item i with a probability proportional to
    exp(`taste` · (is its room liked + is its look liked)) · p_i, where the item of popularity rank
    r has p_i = r^(−`popularity`).
    """

    users: int = 600  # regular customers
    passers_by: int = 30  # more users, who stay below the 5 reviews of a 5-core
    items: int = 300
    slow_sellers: int = 8  # more items, with p_i divided by 10: most fall out of a 5-core
    unsold: int = 6  # more items, which have metadata and no review
    fewest: int = 6  # reviews of the least active regular
    extra: float = 4.0  # mean number of reviews beyond the fewest, exponentially distributed
    most: int = 40  # reviews of the most active regular
    liked_rooms: int = 3  # rooms that a user likes
    liked_looks: int = 3  # looks that a user likes
    taste: float = 3.0
    popularity: float = 0.4
    wrong_picture: float = 0.05  # share of items that are photographed in another look
    picture_size: int = 40  # pixels a side

    @property
    def sold(self) -> int:
        """Items that are sold at all."""
        return self.items + self.slow_sellers
