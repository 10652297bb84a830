"""What a messy Danish address says: street, house number or range, corner, nearness, postcode.

A line can be read in several ways, "Ved Kirken 4" as a street of that name or as near the church; the readings
come in order, and the register decides which of them exists.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from geo.postcodes import TOWNS
from geo.street_names import FOLDED

# Metres between the point meant and the address named, beyond the address's own accuracy.
NEARNESS_M = {
    "ud for": 15.0,
    "udfor": 15.0,
    "udenfor": 15.0,
    "uden for": 15.0,
    "foran": 15.0,
    "indgang": 15.0,
    "overfor": 35.0,
    "over for": 35.0,
    "ved siden af": 35.0,
    "bag ved": 40.0,
    "bagved": 40.0,
    "bag": 40.0,
    "ved": 40.0,
    "v/": 40.0,
    "omkring": 60.0,
    "i nærheden af": 100.0,
    "nær": 100.0,
    "på": 0.0,
    "i": 0.0,
    "ca": 25.0,
    "cirka": 25.0,
}
SECOND_ADDRESS_M = 40.0

_NEAR = "|".join(
    re.escape(word) + (r"" if word.endswith("/") else r"\b\.?") for word in sorted(NEARNESS_M, key=len, reverse=True)
)
_CORNER = r"(?:på\s+|i\s+)?(?:hj(?:ø|oe|o)rnet?\s+(?:af\b)?|hj(?:ø|oe)rne\b|hj\b\.?(?:\s*af\b)?|krydset\b|kryds\b)"
LEADING = re.compile(rf"\s*(?:adr(?:esse)?\s*:|(?P<corner>{_CORNER})|(?P<near>{_NEAR}))[\s:]*", re.IGNORECASE)
SEPARATOR = re.compile(
    rf"(?<=\S)(?:\s*/\s*|\s*[&+×]\s*|\s+(?:x|og|med)\s+|\s+(?P<corner>{_CORNER})\s*|\s*\b(?P<slash>v/)\s*"
    rf"|\s+(?P<near>{_NEAR})\s*|\s+[-–—]\s+|(?<=[^\W\d_]{{4}})[-–—](?=[^\W\d_]{{4}}))",
    re.IGNORECASE,
)
BETWEEN = re.compile(r"\s+(?:i)?mellem\s.*", re.IGNORECASE)
PARENTHESIS = re.compile(r"\([^)]*\)?")
SPACES = re.compile(r"\s+")
POSTCODE = re.compile(r"(?<![\w-])(?:DK[\s-]?)?([1-9]\d{3})(?!\d)(?!\s*[-/]\s*\d)\.?\s*[^\d,;]*", re.IGNORECASE)
CITY = re.compile(
    r"(?:^|[\s,]+)(?:k(?:ø|oe|o|ö)benhavn|kbhvn|kbh|cph|copenhagen|frederiksberg|frb|nørrebro)"
    r"\.?\s*(?:nv|sv|n|ø|s|v|k|c)?\.?\s*$",
    re.IGNORECASE,
)
CARE_OF = re.compile(r"^(?:c/o|att)\b", re.IGNORECASE)
NUMBER_WORD = re.compile(r"[\s,.]*\b(?:hus)?(?:nr|no|nummer)\b\.?\s*$|[\s,.:#]+$", re.IGNORECASE)
STARTS_WITH_NUMBER = re.compile(r"(?:(?:hus)?(?:nr|no|nummer)\b\.?\s*|#\s*)?\d", re.IGNORECASE)
DIGITS = re.compile(r"\d+")
NUMBER = re.compile(
    r"0*(?P<n>\d{1,3})(?!\d)(?:(?P<gap>\s?)(?P<letter>[a-zæøå])(?![^\W_]))?(?=$|[\s.,;:/()&+–—-])", re.IGNORECASE
)
RANGE = re.compile(
    r"\s*(?:-|–|—|/|&|\+|\bog\b|\btil\b)\s*(?:nr\b\.?\s*)?"
    r"(?:0*(?P<n>\d{1,3})(?!\d)\s?)?(?:(?P<letter>[a-zæøå])(?![^\W_]))?(?=$|[\s.,;:/()&+-])",
    re.IGNORECASE,
)
DOOR = re.compile(r"(?P<dot>\s*\.)?\s*(?P<what>sal|etage|tv|th|mf)\b", re.IGNORECASE)
TRAILING_DOOR = re.compile(r"[\s,]+(?:st|kl|kld|stuen?|kælderen?)\b\.?\s*(?:tv|th|mf)?\.?\s*$", re.IGNORECASE)
NUMBER_FIRST = re.compile(r"(\d{1,3}\s?[a-z]?)[\s,]+([^\W\d_][^\d]{3,})", re.IGNORECASE)
HOUSE_NUMBER = re.compile(r"0*(\d{1,4})\s*([^\W\d_])?")
TOWN = re.compile(r"[^\W\d_]{5,}")
HIGHEST_FLOOR = 8
MOST_NUMBERS = 3
MOST_CHARACTERS = 200


@dataclass(frozen=True)
class AddressText:
    """One reading of an address. Numbers are as `house_key` gives them, names as written.

    ``number_to`` is the end of a range. ``numbered`` says that something stood where a house number stands,
    whether or not it is one. ``other`` is the second street or place of a corner or of "A v/ B". ``away_m``
    is how far from the address the text says the point may be. ``region`` is the first digit of the postcode,
    also where only a town was named.
    """

    street: str
    number: str = ""
    number_to: str = ""
    numbered: bool = False
    other: str = ""
    away_m: float = 0.0
    postcode: str = ""
    region: str = ""


def house_key(house_number: str) -> str:
    """A house number as number and capital letter, such as ``12B``; empty where it is not one number.

    >>> house_key("012 b")
    '12B'
    """
    match = HOUSE_NUMBER.fullmatch(house_number.strip())
    return f"{match[1]}{(match[2] or '').upper()}" if match else ""


def number_of(key: str) -> int:
    """The number of a `house_key` without its letter.

    >>> number_of("12B")
    12
    """
    return int(key[:-1] if key[-1].isalpha() else key)


def readings(text: str) -> Iterator[AddressText]:
    """The ways to read ``text``, the most literal first; none for an empty text.

    >>> first = next(readings("Nørrebrogade nr. 12 b, 3. tv, 2200 København N"))
    >>> first.street, first.number, first.postcode
    ('Nørrebrogade', '12B', '2200')
    """
    line = SPACES.sub(" ", PARENTHESIS.sub(" ", re.sub(r"[\r\n]+", ", ", unicodedata.normalize("NFC", text))))
    line, postcode = _without_postcode(line[:MOST_CHARACTERS])
    region = postcode[:1] or _town_region(line)
    segments = [part for part in (_plain(part) for part in re.split("[,;]", line)) if part]
    for segment in _addressed(segments):
        for reading in _of_segment(segment):
            if reading.street:
                yield replace(reading, postcode=postcode, region=region)


def _without_postcode(line: str) -> tuple[str, str]:
    """The line up to its postcode and city, joined with what follows them; and the postcode."""
    found = list(POSTCODE.finditer(line))
    if not found:
        return line, ""
    return f"{line[: found[-1].start()]},{line[found[-1].end() :]}", found[-1][1]


def _town_region(line: str) -> str:
    """The region of a large town named after a digit or a comma, where no street's name can stand."""
    start = re.search(r"[\d,;]", line)
    words = TOWN.findall(line[start.start() :].casefold().translate(FOLDED)) if start else []
    return next((TOWNS[word] for word in words if word in TOWNS), "")


def _plain(segment: str) -> str:
    segment = segment.strip(" .:")
    if CARE_OF.match(segment):
        return ""
    return CITY.sub("", segment).strip() or ""


def _addressed(segments: list[str]) -> Iterator[str]:
    """The segments that can hold the address: the first, with a number that a comma cut off; else later ones."""
    for i, segment in enumerate(segments):
        if DIGITS.search(segment):
            yield segment
            return
        following = segments[i + 1] if i + 1 < len(segments) else ""
        if STARTS_WITH_NUMBER.match(following) or LEADING.match(following):
            yield f"{segment} {following}"
        yield segment


def _of_segment(segment: str) -> Iterator[AddressText]:
    yield from _split(segment)
    if (shorter := TRAILING_DOOR.sub("", BETWEEN.sub("", segment))) != segment:
        yield from _split(shorter)
        segment = shorter
    body, away_m = segment, 0.0
    while (lead := LEADING.match(body)) and lead.end() < len(body):
        body, away_m = body[lead.end() :], max(away_m, _away_m(lead))
    if body != segment:
        yield from (replace(reading, away_m=away_m) for reading in _split(body))
    for separator in SEPARATOR.finditer(body):
        left, right = body[: separator.start()].strip(), body[separator.end() :].strip()
        if left and right:
            further_m = max(away_m, _away_m(separator))
            yield from _parted(left, right, further_m, names_nearness=further_m > 0)


def _away_m(match: re.Match[str]) -> float:
    groups = match.groupdict()
    word = "v/" if groups.get("slash") else SPACES.sub(" ", (groups.get("near") or "").casefold().rstrip("."))
    return NEARNESS_M.get(word, 0.0)


def _parted(left: str, right: str, away_m: float, *, names_nearness: bool) -> Iterator[AddressText]:
    """Readings of "A v/ B", "A/B", "A ud for nr. 12": two names, or one name and its number further on."""
    if STARTS_WITH_NUMBER.match(right):
        if names_nearness and not DIGITS.search(left):
            yield from (replace(reading, away_m=away_m) for reading in _split(f"{left} {right}"))
        return
    right = LEADING.sub("", right, count=1) or right
    first, second = next(_split(left), None), next(_split(right), None)
    if first is None or second is None:
        return
    if first.numbered:
        yield replace(first, away_m=SECOND_ADDRESS_M if second.numbered else 0.0)
    elif second.numbered:
        yield replace(second, away_m=max(away_m, SECOND_ADDRESS_M))
    else:
        yield replace(first, other=second.street, away_m=away_m)


def _split(segment: str) -> Iterator[AddressText]:
    """Street and number at each place where digits stand, the first place first; the whole as a name last."""
    segment = segment.strip()
    for digits in list(DIGITS.finditer(segment))[:MOST_NUMBERS]:
        street = NUMBER_WORD.sub("", segment[: digits.start()])
        reading = _numbered(street.strip(), segment[digits.start() :])
        if reading is not None:
            yield reading
    if first := NUMBER_FIRST.fullmatch(segment):
        yield AddressText(first[2].strip(), house_key(first[1]), numbered=True)
    yield AddressText(segment)


def _numbered(street: str, rest: str) -> AddressText | None:
    """The reading of what starts with a digit; None where that is not a house number's place."""
    match = NUMBER.match(rest)
    if match is None:
        return AddressText(street, numbered=True)
    number, after = match["n"], rest[match.end() :]
    letter = (match["letter"] or "").upper()
    if letter == "I" and match["gap"] and re.match(r"\s+[^\W\d_]", after):
        letter = ""
    if (door := DOOR.match(after)) and not (letter and door["what"].casefold() in {"tv", "th", "mf"}):
        storey = door["what"].casefold() in {"sal", "etage"}
        if storey or int(number) <= HIGHEST_FLOOR:
            return AddressText(street, numbered=not (storey or door["dot"]))
    return _ranged(AddressText(street, f"{number}{letter}", numbered=True), after)


def _ranged(start: AddressText, after: str) -> AddressText:
    """A range of house numbers, or a floor after the dash; what is neither has no number."""
    span = RANGE.match(after)
    if span is None or not (span["n"] or span["letter"]):
        return start
    first = number_of(start.number)
    last, end_letter = int(span["n"] or first), (span["letter"] or "").upper()
    if DOOR.match(after[span.end() :]) and last <= HIGHEST_FLOOR:
        return start
    if (last, end_letter) > (first, start.number.removeprefix(str(first))):
        return replace(start, number_to=f"{last}{end_letter}")
    return replace(start, number="")
