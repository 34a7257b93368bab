"""The rooms of the shop: the textual styles, each with its own words.

Nothing here speaks of colours or patterns: those are for the pictures alone.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Room:
    """One textual style: products and sentences of one part of the shop."""

    shelf: str  # last of the item's categories
    products: dict[str, str]  # the name of a product -> what is said of it
    sentences: tuple[str, ...]  # said of any product here


ROOMS = (
    Room(
        "Camp Kitchen",
        {
            "Campfire Kettle": "Hangs by its bail and boils a quart before the tent is up.",
            "Cast-Iron Skillet": "Fries six eggs over embers, or one very proud trout.",
            "Billy Can": "Nests inside the next size up, and rides quietly in a rucksack.",
            "Camp Mug": "Keeps cocoa warm through one ghost story, perhaps two.",
            "Folding Ladle": "Folds flat into the pot and reaches the last spoon of stew.",
        },
        (
            "Riveted for the campfire; scour it with sand and river water.",
            "Cooks as happily on a trail stove as over the embers of a camp.",
        ),
    ),
    Room(
        "Potting Shed",
        {
            "Hand Trowel": "Lifts seedlings with their roots on and leaves the bed tidy.",
            "Dibber": "Marked in inches for sowing beans, bulbs and garlic.",
            "Seed Tray": "Forty cells, a firm rim, and room for a name on every row.",
            "Watering Can": "The rose waters like an April shower on a bed of lettuce.",
            "Twine Tin": "Keeps the twine dry, and the knife where it belongs.",
        },
        (
            "Made for muddy hands, clay soil and long Sundays at the allotment.",
            "Lives on a nail by the compost and asks for a drop of oil each spring.",
        ),
    ),
    Room(
        "Tea Table",
        {
            "Stoneware Teapot": "Pours four cups without a drip, the last as hot as the first.",
            "Breakfast Mug": "The handle leaves room for two fingers and a biscuit.",
            "Cake Stand": "Lifts a sponge to eye level, where it belongs.",
            "Sugar Bowl": "The lid has a notch for the spoon and none for ants.",
            "Serving Tray": "Carries scones, jam and cream past the dog in one trip.",
        },
        (
            "Glazed by hand, so no saucer matches quite, which is the point.",
            "For leaf tea, warm scones and guests who stay until the pot is empty.",
        ),
    ),
    Room(
        "Reading Nook",
        {
            "Reading Lamp": "Throws a warm pool of light on the page and none in your eyes.",
            "Bookend": "Holds a shelf of thick novels upright through a whole winter.",
            "Buttoned Cushion": "Firm for the first chapter, soft by the third.",
            "Bookmark": "Thin enough for poems, strong enough for dictionaries.",
            "Footstool": "The right height for an armchair and a trilogy.",
        },
        (
            "For the armchair by the window, one more chapter and a dozing cat.",
            "As quiet as a turning page and made to outlast the library.",
        ),
    ),
    Room(
        "Workshop",
        {
            "Beech Mallet": "Let the head fall on the chisel and it does the rest.",
            "Tool Roll": "Eleven pockets, and one more for the bradawl that you lose.",
            "Try Square": "Square to a hair, and it stays so when it is dropped.",
            "Shop Apron": "Shavings brush off, glue peels off, the pencil stays put.",
            "Screw Box": "Nine drawers with dovetails that nobody will ever see.",
        },
        (
            "Tried at the bench in our own joinery before it goes in the box.",
            "For planes, chisels, sawdust and people who measure twice.",
        ),
    ),
    Room(
        "Bath & Linen",
        {
            "Waffle Towel": "Dries quickly on the rail and softens with every wash.",
            "Soap Dish": "Ridged so that the soap stays dry and stays home.",
            "Bath Mat": "Drinks up a bathful of drips and never slides.",
            "Laundry Bag": "Holds a week for two and goes into the wash itself.",
            "Bath Robe": "Deep pockets, a long belt, and a loop for the hook.",
        },
        (
            "Wash warm with like linens; a line in the breeze does the ironing.",
            "For steam on the mirror, lavender soap and nobody at the door.",
        ),
    ),
    Room(
        "Boat House",
        {
            "Anchor Lantern": "Hangs from any cleat, oarlock or mooring post.",
            "Dry Bag": "Floats if it goes over the side, so you may fetch it back.",
            "Rope Mat": "Spliced by a rigger who never trusted a knot.",
            "Tide Clock": "One hand, two tides, and no opinion of the weather.",
            "Bailer": "Shaped to the bilge; sculls home in a pinch.",
        },
        (
            "Shrugs off salt spray and smells faintly of tar and harbour.",
            "Stows under the thwart with the oars, the bait and the sandwiches.",
        ),
    ),
    Room(
        "Winter Hearth",
        {
            "Log Basket": "Carries an evening of split birch without a splinter.",
            "Wrought Poker": "Long enough for the back log, light enough for an aunt.",
            "Felted Blanket": "Heavy as snow on a roof, and a good deal warmer.",
            "Match Tin": "Holds long matches, with a striker on the lid.",
            "Bellows": "Wakes last night's ashes with three slow breaths.",
        },
        (
            "For frost on the sill, chestnuts in the pan and socks by the stove.",
            "Finished with beeswax by the chimney, so soot only improves it.",
        ),
    ),
    Room(
        "Bird Garden",
        {
            "Nest Box": "The entrance suits wrens and turns starlings politely away.",
            "Seed Feeder": "Holds a week of sunflower hearts; squirrels may only look.",
            "Bird Bath": "Shallow at the rim for robins, deep enough for a blackbird.",
            "Suet Ring": "Swings a little, which tits enjoy and pigeons do not.",
            "Garden Perch": "Gives a fledgling its first view of the hedge.",
        },
        (
            "Hang it at head height, out of the wind, and wait with field glasses.",
            "Opens at the side for cleaning once the young have flown.",
        ),
    ),
    Room(
        "Picnic Hamper",
        {
            "Wicker Hamper": "Packs sandwiches for four, a pie, and a bottle lying down.",
            "Meadow Rug": "Waxed underneath, so that damp grass stays where it is.",
            "Cutlery Roll": "Forks for six and the corkscrew that was forgotten last time.",
            "Vacuum Flask": "Soup at noon is soup at four.",
            "Lunch Tin": "Two floors, one for cheese and one for plums.",
        },
        (
            "Straps to a bicycle and survives lanes, stiles and curious cows.",
            "For shade under an oak, pickles, lemonade and an hour of nothing.",
        ),
    ),
    Room(
        "Letter Desk",
        {
            "Pen Tray": "Five grooves for pens and one for the good nib.",
            "Notebook": "Sewn, not glued, so it lies flat from first page to last.",
            "Envelope Box": "Forty envelopes that take ink without feathering.",
            "Blotter": "Rocks once, and the signature is dry.",
            "Letter Opener": "Sharp on paper and kind to thumbs.",
        },
        (
            "Keeps stamps, clips and unanswered letters in their proper places.",
            "For thank-you notes, lists of lists and long letters to aunts.",
        ),
    ),
    Room(
        "Toy Chest",
        {
            "Wooden Puzzle": "Thirty pieces, cut so that no two are nearly alike.",
            "Spinning Top": "Hums on a wooden floor for longer than you would think.",
            "Pocket Kite": "Flies from a beach, a hill or a running child.",
            "Skittles": "Nine pins that fall with a most agreeable clatter.",
            "Building Blocks": "Sixty, so that the tower may have a castle.",
        },
        (
            "Rounded at every corner for small hands and bare feet in the dark.",
            "Rainy afternoons vanish: easy at four, still fun at forty.",
        ),
    ),
)
