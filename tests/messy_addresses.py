"""Ways people write an address, for the tests of the gazetteer and its benchmark; all of the same house."""

import random
import re
from collections.abc import Callable, Mapping

Way = Callable[[str, str, random.Random], str]


def _letter_apart(number: str) -> str:
    return re.sub(r"(\d+)([A-Z])", r"\1 \2", number)


def _ascii(text: str) -> str:
    pairs = {"æ": "ae", "ø": "oe", "å": "aa", "Æ": "Ae", "Ø": "Oe", "Å": "Aa", "é": "e"}
    return "".join(pairs.get(c, c) for c in text)


def _bare(text: str) -> str:
    pairs = {"æ": "ae", "ø": "o", "å": "a", "Æ": "AE", "Ø": "O", "Å": "A", "é": "e"}
    return "".join(pairs.get(c, c) for c in text)


def _short(street: str) -> str:
    for long, short in {
        "Nørre ": "Nr. ",
        "Sankt ": "Skt. ",
        "Skt. ": "Sct. ",
        " Plads": " Pl.",
        "Allé": "Alle",
    }.items():
        street = street.replace(long, short)
    return re.sub("gade$", "gd.", street)


def _misspelt(street: str, dice: random.Random) -> str:
    """One letter dropped, doubled, changed or swapped with its neighbour, not the first."""
    letters = [i for i, c in enumerate(street) if c.isalpha() and 0 < i < len(street) - 1]
    i = dice.choice(letters)
    match dice.randrange(4):
        case 0:
            return street[:i] + street[i + 1 :]
        case 1:
            return street[:i] + street[i] + street[i:]
        case 2:
            return street[:i] + dice.choice("abdefghiklmnoprstuvy") + street[i + 1 :]
        case _:
            return street[:i] + street[i + 1] + street[i] + street[i + 2 :]


WAYS: Mapping[str, Way] = {
    "plain": lambda s, n, _: f"{s} {n}",
    "floor, postcode, city": lambda s, n, _: f"{s} {n}, 3. tv, 2200 København N",
    "no commas": lambda s, n, _: f"{s} {n} st. th 2200 Kbh N",
    "capitals": lambda s, n, _: f"{s} {n}".upper(),
    "small letters": lambda s, n, _: f"{s} {n}".lower(),
    "letter apart": lambda s, n, _: f"{s}  {_letter_apart(n).lower()}.",
    "nr.": lambda s, n, _: f"{s} nr. {n}",
    "comma before number": lambda s, n, _: f"{s}, {n}, 2. sal",
    "glued": lambda s, n, _: f"{s}{n},1.th.",
    "aa, ae, oe": lambda s, n, _: f"{_ascii(s)} {n}",
    "no dots or rings": lambda s, n, _: f"{_bare(s)} {n}",
    "abbreviated": lambda s, n, _: f"{_short(s)} {n}",
    "ud for": lambda s, n, _: f"Ud for {s} {n}",
    "overfor nr.": lambda s, n, _: f"{s} overfor nr. {n}",
    "v/": lambda s, n, _: f"v/{s} {n}, Nørrebro",
    "ved a shop": lambda s, n, _: f"{s} {n} ved kiosken",
    "shop first": lambda s, n, _: f"Kiosken, {s} {n}",
    "foran, bag": lambda s, n, dice: f"{dice.choice(['foran', 'bag', 'bag ved', 'indgang'])} {s} {n}",
    "brackets": lambda s, n, _: f"{s} {n} (gården) - baghuset",
    "leading zeros, slash": lambda s, n, _: f"{s} 0{n}/2. mf",
    "postcode first": lambda s, n, _: f"DK-2200 København N; {s} {n}",
    "one letter wrong": lambda s, n, dice: f"{_misspelt(s, dice)} {n}",
    "decomposed, wide spaces": lambda s, n, _: f" {s}\u00a0{n}\t".replace("å", "a\u030a"),
}
