"""What stands in the slots of written texts: fictional bodies, people, sums and dates, drawn anew for every pack."""

import random
import re
from collections.abc import Mapping

_SLOT = re.compile(r"\{(\w+)\}")

_FIELDS = (
    "inland waterways|young people's services|food standards|the arts|rail safety|public libraries|water quality|"
    "school buildings|rural housing|consumer credit|clinical trials|coastal defence|museums|prison inspection|"
    "animal welfare|legal services|data protection|sport|the creative industries|farm payments|adult social care|"
    "air quality|lotteries|apprenticeships|nuclear safety|organ donation|taxi licensing|bee health|pensions|"
    "historic buildings|gambling|national statistics|family justice|broadband|fisheries|blood safety|mental health|"
    "electoral boundaries|veterans' welfare|insolvency|forestry|public procurement|ports|youth custody"
)
_NAMES = (
    "Canal Heritage|Rural Housing|Food Integrity|Coastal Defence|Youth Custody|Public Libraries|Rail Passenger|"
    "Water Quality|Clinical Trials|Adult Care|Bee Health|Fair Lending|Clean Air|Historic Ships|National Orchards|"
    "Legal Education|Prison Visiting|Safer Roads|School Buildings|Pensions Dashboard|Blood Safety|Electoral Mapping|"
    "Forest Access|Port Security|Veterans' Homes|Language Heritage|Marine Archaeology|Fair Funding|Patient Records|"
    "Rural Broadband|Community Sport|Family Courts|Energy Prices|Medical Devices|Seed Potato|Crown Archives"
)
_KINDS = "Board|Panel|Authority|Council|Commission|Trust|Agency|Committee|Tribunal|Office"
_ROLES = "member|trustee|non-executive director|commissioner|lay member|independent member|panel member|adviser"
_FIRST = "Amara|Beth|Callum|Dilys|Edwin|Farah|Gareth|Hannah|Imran|Joan|Kofi|Leah|Mairi|Nisha|Owen|Priya|Ruth|Tom"
_LAST = "Abara|Bright|Carver|Dunmore|Ellis|Fenwick|Gilroy|Hargreaves|Iqbal|Jarvis|Keane|Lomax|Mbeki|Okafor|Pryce"
_DEPARTMENTS = (
    "Education|Transport|Health and Social Care|Culture, Media and Sport|Environment, Food and Rural Affairs|"
    "Business and Trade|Justice|Energy Security and Net Zero|Work and Pensions|Science, Innovation and Technology"
)
_PLACES = (
    "Leeds|York|Cardiff|Bristol|Glasgow|Swansea|Norwich|Exeter|Derby|Preston|Belfast|Durham|Hull|Bath|Lincoln|"
    "Birmingham|London|Newcastle|Sheffield|Carlisle|Dundee|Wrexham|Ipswich|Reading|Croydon|Salford"
)
_REGIONS = (
    "the North West|the North East|the South West|Yorkshire and the Humber|the East Midlands|the West Midlands|"
    "London|the South East|the East of England|Wales|Scotland|Northern Ireland"
)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_NUMBERS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_DAYS = "two|three|four|two to three|three to four|up to five|about six|12|24|30|one or two|at least two|20 to 25"
_PERIODS = "three years|four years|five years|two years|18 months|up to four years|six months|three to five years"
_PROFESSIONS = "nursing|law|accountancy|teaching|social work|engineering|policing|farming|medicine|journalism|planning"
_TIMES = "12 noon|midday|5pm|11.59pm|23:55|9am|10.30am|17:00|2pm|4.30pm"


def values(rng: random.Random) -> dict[str, str]:
    """A value for every slot that does not change within a pack: the body, the role, the people, the field."""
    name, kind, role = _one(rng, _NAMES), _one(rng, _KINDS), _one(rng, _ROLES)
    department = _one(rng, _DEPARTMENTS)
    domain = re.sub(r"\W", "", name).lower() + ".example"
    return {
        "body": f"the {name} {kind}",
        "role": role,
        "roles": f"{role}s",
        "chair": rng.choice(("", "", "Dr ", "Dame ", "Professor ")) + f"{_one(rng, _FIRST)} {_one(rng, _LAST)}",
        "minister": rng.choice((f"the Secretary of State for {department}", "the Minister", "Welsh Ministers")),
        "department": f"the Department for {department}",
        "field": _one(rng, _FIELDS),
        "profession": _one(rng, _PROFESSIONS),
        "email": f"{rng.choice(('appointments', 'recruitment', 'secretariat', 'enquiries'))}@{domain}",
        "website": f"www.{domain}",
    }


def filled(text: str, known: Mapping[str, str], rng: random.Random) -> str:
    """The text with a value in every slot; what is not known is drawn. KeyError for a slot that does not exist."""

    def value(slot: re.Match[str]) -> str:
        found = known.get(slot[1]) or _drawn(slot[1], rng)
        return found[:1].upper() + found[1:] if slot.start() == 0 and found.startswith("the ") else found

    return _SLOT.sub(value, text)


def _drawn(slot: str, rng: random.Random) -> str:
    year = rng.randint(2024, 2029)
    month = _one(rng, _MONTHS)
    drawn = {
        "sum": f"£{rng.choice((150, 175, 200, 220, 256, 300, 310, 325, 350, 400, 450, 500, 545, 600))}",
        "sum_year": f"£{rng.randint(4, 70)},{rng.choice((0, 100, 250, 400, 500, 600, 750, 900)):03d}",
        "number": _one(rng, _NUMBERS),
        "days": _one(rng, _DAYS),
        "date": f"{rng.randint(1, 28)} {month} {year}",
        "month": f"{month} {year}",
        "time": _one(rng, _TIMES),
        "place": _one(rng, _PLACES),
        "region": _one(rng, _REGIONS),
        "period": _one(rng, _PERIODS),
    }
    return drawn[slot]


def _one(rng: random.Random, choices: str) -> str:
    return rng.choice(choices.split("|"))
