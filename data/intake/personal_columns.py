"""Columns of a file that look like person data, by their names or by what stands in them.

The one place that decides this: a proposed profile leaves such columns out, an import drops them and counts them, and
in strict mode refuses the file. Columns are named to people, unless the name may be data itself; values never are.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from data.intake.block import IntakeError
from data.intake.column_shapes import LOOKED_AT, NAMES, are_numbers, folded, time_formats_of
from data.intake.person_data import LONG_NUMBER, holds_cpr_numbers, is_prose, person_data_in
from data.intake.profile import Profile

LONGEST_NAME = 60
SAMPLE_ROWS = 10_000
PERSON_NAMES: Mapping[str, tuple[str, ...]] = {
    "a CPR number": ("cpr", "cprnr", "cprnummer", "personnummer", "personnr", "ssn"),
    "a phone number": ("telefon", "tlf", "tlfnr", "mobil", "mobilnr", "phone", "cellphone"),
    "an e-mail address": ("email", "epost", "mail", "mailadresse"),
    "a number plate": ("nummerplade", "regnr", "registreringsnummer", "plate", "licenseplate"),
    "a person": (
        *("fornavn", "efternavn", "fuldenavn", "personnavn", "firstname", "lastname", "surname", "fullname"),
        *("anmelder", "forurettede", "mistaenkt", "sigtet", "gerningsmand", "vidne", "offer", "victim", "suspect"),
        *("offender", "witness", "complainant", "reporter", "foedselsdato", "birthdate", "dateofbirth"),
    ),
    "free text": (
        *("beskrivelse", "bemaerkning", "bemaerkninger", "notat", "noter", "resume", "fritekst", "tekst", "kommentar"),
        *("description", "comment", "comments", "note", "notes", "narrative", "remarks", "summary"),
    ),
}
NAME_ITSELF = ("navn", "name")
# What else than a person a column of names may name: "Kommunenavn", "Area name".
NAMED_THINGS = (
    *("adresse", "by", "bydel", "distrikt", "gade", "kategori", "kommune", "kreds", "kvarter", "lokalitet", "omraade"),
    *("region", "skole", "sogn", "station", "sted", "type", "vej"),
    *(
        "area",
        "beat",
        "category",
        "city",
        "county",
        "crime",
        "district",
        "file",
        "hood",
        "location",
        "offense",
        "place",
    ),
    *("precinct", "school", "state", "street", "ward", "zone"),
)
# The commonest first names tell a column of persons from one of places, also where the same few persons come again.
FIRST_NAMES = frozenset(
    """
    Aage Abdi Abdullah Adam Ahmad Ahmed Aisha Alexander Ali Allan Amina Amir Anders Andrea Andreas Andrew Ann Anna
    Anne Annette Anthony Anton Arne Arthur August Ayse Barbara Benjamin Bent Bente Birgit Birgitte Birthe Bjarne Bo
    Brian Camilla Carl Caroline Cecilie Charles Charlotte Christian Christina Christopher Clara Claus Daniel David
    Deborah Ditte Donald Dorthe Edward Elizabeth Ella Else Emil Emilie Emily Emma Erik Erling Ernst Esther Eva Fatima
    Fatma Finn Flemming Frank Frederik Freja Freya George Gitte Grethe Gustav Hanne Hans Hasan Hassan Heidi Helen
    Helle Henning Henriette Henrik Hussein Ib Ibrahim Ida Inge Inger Ingrid Isabella Ivan Jacob Jakob James Jan Jane
    Janne Jason Jeff Jennifer Jens Jeppe Jesper Jessica Jette Joan Johan Johanne John Johnny Jonas Josefine Joseph
    Jytte Jørgen Jørn Kamal Karen Karin Karina Karl Kasper Katrine Kenneth Kent Kevin Khadija Kim Kirsten Kjeld Klaus
    Knud Kristian Kurt Laila Lars Lasse Laura Leif Lena Lene Leyla Linda Line Linnea Lis Lisa Lisbeth Lise Lone Lotte
    Louise Lucas Lukas Mads Magnus Mahmoud Maja Malene Margaret Margit Maria Marianne Marie Mark Martin Mary Maryam
    Mathias Matthew Merete Mette Mia Michael Mie Mikkel Mogens Mohamad Mohamed Mohammad Mohammed Morten Muhammad
    Mustafa Nadia Nancy Nanna Nicolai Nicole Niels Nikolaj Noah Noor Ole Olga Oliver Omar Oscar Oskar Osman Otto
    Patricia Patrick Paul Per Pernille Peter Pia Poul Preben Rasmus Rebecca Richard Rikke Robert Ronald Ruth Sally
    Samira Sandra Sara Sarah Sebastian Signe Simon Sofia Sofie Solveig Sten Stephen Steven Stig Stine Susan Susanne
    Svend Søren Tanja Thomas Thorkild Timothy Tina Tobias Tom Tommy Torben Trine Troels Ulla Ulrik Vagn Valdemar
    Verner Vibeke Victor Victoria Viggo Viktor William Winnie Yasmin Yusuf Zahra Zainab
    """.casefold().split()
)
# Lower-case words that stand inside a name.
PARTICLES = r"(?:af|von|van|der|den|de|la|el|al|bin|ibn|du|di)"
CAPITALISED = r"[^\W\d_a-zæøåéöüä][^\W\d_]*(?:['’.-][^\W\d_]+)*\.?"
PERSON_NAME = re.compile(rf"{CAPITALISED}(?:,? (?:{PARTICLES} )*{CAPITALISED}){{1,5}}")
PLACE_WORD = re.compile(
    r"(?:gade|gaden|vej|vejen|allé|alléen|plads|pladsen|stræde|strædet|torv|torvet|boulevard|boulevarden|dossering"
    r"|dosseringen|vænge|vænget|parken|haven|toften|bakken|bakke|stien|passage|passagen|kirke|kirken|kirkegård|skole"
    r"|skolen|station|bibliotek|biblioteket|centret|kvarter|kvarteret|bydel|kommune|københavn|bro|broen|(?<=\w)kaj|kajen"
    r"|havn)$"
    r"|^(?:park|have|gård|sti|alle|indre|ydre|øvre|nedre|gamle|nørre|øster|vester|sønder|store|lille|sankt|skt\.?"
    r"|street|st\.?|avenue|ave\.?|road|rd\.?|lane|ln\.?|drive|dr\.?|court|ct\.?|place|pl\.?|square|sq\.?|way|highway|hwy"
    r"|parkway|pkwy|blvd\.?|terrace|circle|cir|center|centre|north|south|east|west|downtown|midtown|heights|hills"
    r"|village|county|city|district|area|zone)$",
    re.IGNORECASE,
)
PATRONYMIC = re.compile(r"\w{2,}sen$", re.IGNORECASE)
FEWEST_NAMES = 10
# An address with floor, postcode and town has as many words as a sentence.
ADDRESS = re.compile(r"[A-ZÆØÅ][^\s,]*(?: [^\s,]+){0,3} \d+ ?[A-Za-z]?(?:, ?[^,]{1,30}){1,4}")
FEWEST_SERIALS = 10
WIDEST_STEP = 100
DECIMALS = re.compile(r"\d+\.\d{4,}")  # of coordinates: eight of them are no phone number


@dataclass(frozen=True)
class DroppedColumn:
    """A column that is not taken in: its name, what it looks like, and how many values the sample has of it."""

    column: str
    looks_like: str
    values: int


def personal_columns(columns: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    """Those of ``columns`` (values by name) that look like person data, each with what it looks like.

    >>> personal_columns({"Anmelder": [], "Kategori": ["Vold", "Hash"], "Kontakt": ["jens@example.dk"]})
    {'Anmelder': 'a person', 'Kontakt': 'an e-mail address'}
    """
    return {name: what for name, values in columns.items() if (what := _person_data(name, values))}


def dropped_columns(
    columns: Mapping[str, Sequence[str]], profile: Profile, *, strict: bool
) -> tuple[DroppedColumn, ...]:
    """The columns of a file that ``profile`` does not map and that look like person data, in the file's order.

    ``columns`` is a sample of all columns. What is mapped is judged by `data.intake.reading`, which needs it. Raises
    `IntakeError` where ``strict`` is asked for, by the caller or by the profile, and there is any such column.
    """
    mapped = set(profile.columns.values())
    unmapped = {name: values for name, values in columns.items() if name not in mapped}
    found = tuple(
        DroppedColumn(_shown(name), what, sum(map(bool, unmapped[name])))
        for name, what in personal_columns(unmapped).items()
    )
    if found and (strict or profile.strict):
        raise IntakeError(f"in strict mode a file may not hold {counted(found)}")
    return found


def counted(dropped: Sequence[DroppedColumn]) -> str:
    """How many columns look like person data and which, as part of a sentence."""
    named = ", ".join(f"{column.column} ({column.looks_like})" for column in dropped)
    if len(dropped) == 1:
        return f"1 column that looks like person data: {named}"
    return f"{len(dropped)} columns that look like person data: {named}"


def _shown(name: str) -> str:
    """A column's name as people read it, unless the header's cell may be data itself."""
    if not name:
        return "a column without a name"
    may_be_data = LONG_NUMBER.search(name) or person_data_in(name) or len(name) > LONGEST_NAME or _is_known_name(name)
    return "a column whose name may be data" if may_be_data else f"'{name}'"


def _person_data(name: str, values: Sequence[str]) -> str | None:
    """What kind of person data a column seems to hold, by its name or else by its values."""
    given = list(islice(filter(None, values), LOOKED_AT))
    return (
        _named_for_persons(folded(name))
        or person_data_in(name)
        or (_personal_values(folded(name), given) if given else None)
    )


def _named_for_persons(name: str) -> str | None:
    for what, names in PERSON_NAMES.items():
        if any(name == known or (len(known) > 4 and known in name) for known in names):
            return what
    ending = next((own for own in NAME_ITSELF if name.endswith(own)), None)
    if ending is None or name in NAMES["street"]:
        return None
    thing = name.removesuffix(ending)
    return None if thing and any(thing.removesuffix("s").endswith(named) for named in NAMED_THINGS) else "a name"


def _personal_values(name: str, given: Sequence[str]) -> str | None:
    if holds_cpr_numbers(given):
        return "a CPR number"
    if sum(is_prose(value) and not _is_address(value) for value in given) * 20 > len(given):
        return "free text"
    if name in NAMES["key"] or are_numbers(given) or _are_serial_numbers(given) or time_formats_of(given):
        return None
    found = Counter(what for value in given if (what := person_data_in(DECIMALS.sub("", value))))
    if found.total() * 10 > len(given):
        return found.most_common(1)[0][0]
    return "a name" if _are_names(given) else None


def _is_address(value: str) -> bool:
    return len(value) <= LONGEST_NAME and ADDRESS.fullmatch(value) is not None


def _are_serial_numbers(given: Sequence[str]) -> bool:
    """Whether ``given`` are whole numbers that all differ and lie close together, as no phone numbers of people do."""
    if len(given) < FEWEST_SERIALS or not all(value.isascii() and value.isdecimal() for value in given):
        return False
    numbers = set(map(int, given))
    return len(numbers) == len(given) and max(numbers) - min(numbers) <= WIDEST_STEP * len(numbers)


def _are_names(given: Sequence[str]) -> bool:
    """Whether most of ``given`` are shaped like names of persons, and are many different ones or hold known names."""
    shaped = [value for value in given if _is_shaped_like_a_name(value)]
    if len(shaped) * 2 <= len(given):
        return False
    different = set(shaped)
    known = sum(map(_is_known_name, different))
    return known * 3 >= len(different) or (len(different) >= FEWEST_NAMES and len(different) * 2 > len(shaped))


def _is_shaped_like_a_name(value: str) -> bool:
    return PERSON_NAME.fullmatch(value) is not None and not any(PLACE_WORD.search(word) for word in value.split())


def _is_known_name(value: str) -> bool:
    """Whether ``value`` is shaped like a name and holds a common first name or ends in -sen."""
    words = value.casefold().replace(",", "").split()
    return _is_shaped_like_a_name(value) and (
        words[0] in FIRST_NAMES
        or PATRONYMIC.search(words[-1]) is not None
        or ("," in value and any(word in FIRST_NAMES for word in words))
    )
