"""Words that the shop and its customers use in every room; all of them are invented."""

BRANDS = (
    "Thistlemoor", "Corkle & Finch", "Nettlebank", "Ottersley", "Plumridge Tin", "Saltmallow",
    "Wickhamble", "Drowsy Badger", "Umberlane", "Tansy & Thrupp", "Hobnail's", "Pellowick",
)  # fmt: skip

MOODS = (
    "Everyday", "Old-Fashioned", "Travelling", "Quiet", "Sunday", "Cottage", "Little", "Honest",
    "Weekend", "Grand", "Handmade", "Neighbourly",
)  # fmt: skip

SIZES = ("Small", "Medium", "Large", "No. 1", "No. 2", "No. 7", "Boxed", "with Ribbon", '9"', '12"')

SHOP_TALK = (
    "Designed in our little studio above the bakery.",
    "Arrives in plain brown paper & string, with a card if it is a gift.",
    "We mend it free of charge for as long as you keep it.",
    "Each one is checked, wrapped and numbered by the person who made it.",
    "A favourite of the shop since our very first catalogue.",
    "Made in small batches; please allow a day or two when the weather is fine.",
    "It makes a good present for people who say they need nothing.",
    "Weighs less than it looks and looks better than its price.",
    'The box measures 12" by 9"; keep it for the cat.',
    "If it isn't right, send it back & we'll put the kettle on and try again.",
)

REVIEWERS = (
    "Maudie", "Shop Customer", "old rowan", "Tilly P.", "Grandpa Jos", "Mx. Fennel", "B. Larkspur",
    "the Hendry house", "quietgardener", "Wren", "two cats & a kettle", "N. Applegarth",
)  # fmt: skip

VERDICTS = {
    5: ("Lovely {0}", "Five Stars", "Just right", "Better than I hoped", "A keeper"),
    4: ("Good {0}", "Four Stars", "Very nearly perfect", "Pleased with it"),
    3: ("It's okay", "Three Stars", "A decent {0}, no more"),
    2: ("Not for us", "Two Stars"),
    1: ("Sent it back", "One Star"),
}  # overall rating -> summaries; {0} is the product

REMARKS = (
    "My sister has one & now so do I.",
    "Used it every day since it came.",
    "The {0} is smaller than I thought, but well made.",
    "Bought this {0} as a present; it was a hit.",
    "Nicely wrapped.",
    "Would order again.",
    "Great {0}!",
    "Came a day late, the note made up for it.",
    "Sturdy and pretty, which is rare.",
    "I can't say why, but it makes me smile.",
)
