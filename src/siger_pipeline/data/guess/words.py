"""What columns are called, in the languages of shops."""

import re
from collections.abc import Mapping
from typing import Final

from siger_pipeline.data.schema import Columns

EVENT = "event"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


WORDS: Final[Mapping[str, frozenset[str]]] = {
    role: _words(words)
    for role, words in {
        Columns.USER: "user customer kunde kund client member account buyer shopper visitor email"
        " mail person profile reader viewer listener reviewer cliente usuario utilisateur uid",
        Columns.ITEM: "item product produkt artikel article sku asin movie film track song video"
        " book isbn ean gtin listing variant content post news game recipe produit producto",
        Columns.TIMESTAMP: "time date datum timestamp created ordered zeit zeitpunkt when ts at"
        " fecha heure purchased occurred",
        Columns.RATING: "rating stars score sterne bewertung overall grade note",
        Columns.SPLIT: "split subset partition",
        EVENT: "event action type kind ereignis aktion behavior behaviour interaction",
        Columns.TITLE: "title name bezeichnung titel titre headline titulo nombre label",
        Columns.BRAND: "brand marke vendor manufacturer maker hersteller author artist publisher"
        " marque marca studio",
        Columns.CATEGORIES: "category categories kategorie genre genres tags tag department"
        " warengruppe class topic collection categorie categoria",
        Columns.DESCRIPTION: "description beschreibung text details body summary plot overview"
        " abstract about descripcion",
        Columns.PRICE: "price preis prix precio cost",
        Columns.IMAGE: "image picture bild photo img cover thumbnail poster foto",
    }.items()
}
# Behind the name of a thing: its id, or one of its other properties.
IDENTIFIERS: Final = _words("id nr no nummer number code key uuid ref sku asin isbn ean")
PROPERTIES: Final = _words(
    "quantity qty menge anzahl count price preis prix amount total tax discount status weight stock"
    " requires taxable compare fulfillment shipping subtotal index page position rank name title"
    " type category url image description date time at brand currency"
)
PURCHASES: Final = _words(
    "purchase purchased buy bought order ordered transaction paid sale sold kauf kaufen gekauft"
    " bestellung checkout achat compra"
)
MODALITIES: Final[Mapping[str, frozenset[str]]] = {
    "text": _words("text title description bert sentence"),
    "image": _words("image img picture photo cover visual clip vit resnet"),
    "audio": _words("audio sound music acoustic"),
    "video": _words("video clip frames"),
}
PARTS = re.compile(r"[A-ZÄÖÜ]+(?![a-zäöüß])|[A-ZÄÖÜ]?[a-zäöüéèßñ]+|\d+")
LONG = 4  # letters from which a word may be a part of another one


def parts_of(name: str) -> list[str]:
    """The words of a name such as `customerId`, `Lineitem sku` or `order.customer_id`."""
    return [part.casefold() for part in PARTS.findall(name)]


def is_one_of(part: str, words: frozenset[str]) -> bool:
    """Whether a part of a name is one of the words, or begins or ends with a long one."""
    if part in words:
        return True
    return any(part.startswith(w) or part.endswith(w) for w in words if len(w) >= LONG)


def names_role(name: object, role: str) -> int:
    """How much a column's name says that it has the role: 2 by its last word, 1 by another."""
    parts = parts_of(name) if isinstance(name, str) else []
    own = [part for part in parts if part not in IDENTIFIERS] or parts
    if own and is_one_of(own[-1], WORDS[role]):
        return 2
    return int(any(is_one_of(part, WORDS[role]) for part in parts))
