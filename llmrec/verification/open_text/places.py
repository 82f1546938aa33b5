"""Where things are: places and the region and country that each lies in, by hand."""

import re
from functools import cache

_REGIONS = {
    "usa": {
        "california": "los angeles|san diego|san francisco|sacramento|oakland|san jose|fresno|anaheim|long beach|pasadena|"
        "santa monica|hollywood|malibu|monterey|berkeley|huntington beach|santa ana|santa cruz|burbank|bakersfield|"
        "riverside|torrance|glendale|napa|irvine|chino hills|temecula|carlsbad|escondido|la jolla|palo alto|fremont|"
        "palm springs|santa barbara|beverly hills|solvang|sonoma|redding|modesto|stockton|santa rosa|san mateo|cupertino|"
        "costa mesa|newport beach|laguna beach|oceanside|ventura|san luis obispo|big sur|yosemite|lake tahoe|silicon valley",
        "new york": "manhattan|brooklyn|new york city|harlem|long island", "texas": "houston|dallas|austin|san antonio",
        "illinois": "chicago", "massachusetts": "boston|salem", "washington": "seattle|tacoma|spokane",
        "georgia": "atlanta|savannah", "florida": "miami|orlando|tampa|key west", "louisiana": "new orleans",
        "nevada": "las vegas|reno", "tennessee": "nashville|memphis", "colorado": "denver|boulder|aspen",
        "pennsylvania": "philadelphia|pittsburgh", "oregon": "portland|eugene", "arizona": "phoenix|tucson|sedona",
        "michigan": "detroit", "minnesota": "minneapolis", "ohio": "cleveland|cincinnati", "utah": "salt lake city",
        "maryland": "baltimore", "south carolina": "charleston", "north carolina": "charlotte|raleigh|asheville",
        "hawaii": "honolulu|maui|kauai", "alaska": "anchorage|juneau", "montana": "missoula|bozeman", "virginia": "richmond",
        "niagara falls": "", "kentucky": "louisville", "mississippi": "", "alabama": "", "wyoming": "", "idaho": "", "oklahoma": "", "kansas": "",
        "nebraska": "", "iowa": "", "missouri": "", "arkansas": "", "wisconsin": "", "indiana": "", "maine": "",
        "vermont": "", "new hampshire": "", "connecticut": "", "new jersey": "", "delaware": "", "west virginia": "",
        "new mexico": "", "north dakota": "", "south dakota": "",
    },
    "uk": {"england": "london|oxford|cambridge|manchester|liverpool|yorkshire|cornwall|brighton|bath",
           "scotland": "edinburgh|glasgow|highlands", "wales": "cardiff"},
    "ireland": {"": "dublin|cork|galway|belfast"}, "france": {"": "paris|provence|lyon|normandy|marseille"},
    "germany": {"": "berlin|munich|hamburg|dresden"}, "italy": {"": "rome|venice|florence|milan|naples|sicily|tuscany"},
    "spain": {"": "madrid|barcelona|seville"}, "japan": {"": "tokyo|kyoto|osaka"},
    "china": {"": "beijing|shanghai|hong kong"}, "india": {"": "delhi|mumbai|calcutta|kolkata"},
    "russia": {"": "moscow|st petersburg|siberia"}, "egypt": {"": "cairo|alexandria"}, "iraq": {"": "baghdad|mesopotamia"},
    "cuba": {"": "havana"}, "canada": {"": "toronto|montreal|vancouver|quebec|nova scotia"},
    "australia": {"": "sydney|melbourne|outback"}, "mexico": {"": "mexico city|tijuana|cancun"}, "greece": {"": "athens|crete"},
    "turkey": {"": "istanbul"}, "portugal": {"": "lisbon"}, "austria": {"": "vienna|salzburg"}, "norway": {"": "oslo"},
    "sweden": {"": "stockholm"}, "denmark": {"": "copenhagen"}, "netherlands": {"": "amsterdam"}, "poland": {"": "warsaw"},
    "afghanistan": {"": "kabul"}, "israel": {"": "jerusalem"}, "vietnam": {"": "saigon|hanoi"}, "korea": {"": "seoul"},
    "thailand": {"": "bangkok"}, "brazil": {"": "rio de janeiro"}, "argentina": {"": "buenos aires"}, "kenya": {"": "nairobi"},
    "nigeria": {"": "lagos"}, "south africa": {"": "cape town|johannesburg"}, "iran": {"": "tehran"}, "africa": {"": ""},
}  # fmt: skip
_ALSO = {
    "u.s.": "usa",
    "united states": "usa",
    "america": "usa",
    "united kingdom": "uk",
    "great britain": "uk",
    "britain": "uk",
}
_PEOPLES = {
    "american": "usa", "english": "england", "british": "uk", "scottish": "scotland", "irish": "ireland", "french": "france",
    "german": "germany", "italian": "italy", "spanish": "spain", "japanese": "japan", "chinese": "china", "indian": "india",
    "russian": "russia", "egyptian": "egypt", "cuban": "cuba", "canadian": "canada", "australian": "australia",
    "mexican": "mexico", "greek": "greece", "alaskan": "alaska", "texan": "texas", "californian": "california",
    "victorian": "england",
}  # fmt: skip
"""A story on the Irish may well be set in Ireland: whoever says so is not contradicted."""


@cache
def _above() -> dict[str, tuple[str, ...]]:
    """Place -> the regions and the country that it lies in, itself first."""
    found: dict[str, tuple[str, ...]] = {}
    for country, regions in _REGIONS.items():
        found[country] = (country,)
        for region, towns in regions.items():
            if region:
                found[region] = (region, country)
            for town in filter(None, towns.split("|")):
                found[town] = (town, region, country) if region else (town, country)
    return found


@cache
def _pattern() -> re.Pattern[str]:
    names = sorted((*_above(), *_ALSO), key=len, reverse=True)
    return re.compile(
        rf"(?<![\w-])(?:{'|'.join(re.escape(' '.join(w.capitalize() for w in n.split())) for n in names)})(?!\w)"
    )


def places_in(text: str) -> list[tuple[str, int]]:
    """The places that a text names in capitals, and where.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    list of (str, int)
        In lower case; the longest where they overlap.

    Examples
    --------
    >>> places_in("From New York City to Paris")
    [('new york city', 5), ('paris', 22)]
    """
    return [(_ALSO.get(m.group().lower(), m.group().lower()), m.start()) for m in _pattern().finditer(text)]


def is_town(place: str) -> bool:
    """Whether a place is no region and no country: these stand in names of chains and dishes, too."""
    return len(_above().get(place, ())) > 2 or (len(_above().get(place, ())) == 2 and place not in _REGIONS["usa"])


def peoples_in(text: str) -> list[str]:
    """The countries whose people or style a text names."""
    return [place for people, place in _PEOPLES.items() if re.search(rf"\b{people}\b", text, re.IGNORECASE)]


def apart(one: str, other: str) -> bool:
    """Whether two places exclude each other: neither lies in the other.

    Examples
    --------
    >>> apart("paris", "berlin"), apart("paris", "france")
    (True, False)
    """
    above = _above()
    return other not in above.get(one, (one,)) and one not in above.get(other, (other,))
