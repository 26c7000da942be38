"""Identifiers by the table of rules: the vendors' vectors, and SQL against Python."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import unicodedata

import pytest
import warehouses
from shared_folder import SHARED

from cdp_activate.audiences.dialects import DIALECTS
from cdp_activate.errors import SettingsError
from cdp_activate.identifiers import phone, python
from cdp_activate.identifiers.rules import RULE_SETS, rule_set

VECTORS = SHARED / "specs/normalisation/vectors.json"
NAMES = {"given_name": "first_name", "family_name": "last_name", "zip": "postcode"}
SETS = {"the_trade_desk_uid2": "uid2"}

needs_vectors = pytest.mark.skipif(
    not VECTORS.exists(), reason="CDP_SHARED does not lead to the vendors' vectors"
)


def vectors() -> list[tuple[str, str, str, str, str]]:
    """(rules, identifier, value, normalised, what is sent) of every vector."""
    if not VECTORS.exists():
        return []
    return [
        (
            SETS.get(one["destination"], one["destination"]),
            NAMES.get(one["field"], one["field"]),
            one["input"],
            one["normalized"],
            one[f"sha256_{one['wire_encoding']}"],
        )
        for one in json.loads(VECTORS.read_text(encoding="utf-8"))
    ]


def grouped() -> dict[tuple[str, str], tuple[list[str], list[str]]]:
    """(rules, identifier) -> values, and what is sent of each."""
    found: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
    for rules, name, value, _, sent in vectors():
        given, expected = found.setdefault((rules, name), ([], []))
        given.append(value)
        expected.append(sent)
    return found


@pytest.fixture(scope="module")
def duck():
    return warehouses.DuckDB()


@pytest.fixture(scope="module")
def elephant(postgres):
    connection = postgres.connect()
    yield warehouses.Postgres(connection)
    connection.close()


@needs_vectors
def test_the_vectors_pass_in_python():
    found = [
        (rules, name, value, python.normalised(rule_set(rules).rule(name), value))
        for rules, name, value, _, _ in vectors()
    ]
    assert [(rules, name, value, plain) for rules, name, value, plain, _ in vectors()] == found
    assert [sent for *_, sent in vectors()] == [
        python.prepared(rule_set(rules), name, value) for rules, name, value, _, _ in vectors()
    ]
    assert len(found) > 30


@needs_vectors
def test_the_vectors_pass_on_duckdb(duck):
    for (rules, name), (given, sent) in grouped().items():
        assert sent == duck.prepared(rules, name, given), (rules, name)


@needs_vectors
def test_the_vectors_pass_on_postgresql(elephant):
    for (rules, name), (given, sent) in grouped().items():
        clean = [phone.e164(value) for value in given] if name == "phone" else given
        assert sent == elephant.prepared(rules, name, clean), (rules, name)


ALPHABET = (
    "abzAZ0189 .-+_'’@(),\"\t\u00a0\u200b"
    "éÉüßđĐơƯăệỌñçÅøΣσςİıжЖ中ﬁ"
    "\u0301\u0309\u0323"  # marks of their own: the NFD spelling of Vietnamese
)
SHAPED = {
    "email": ["{}@example.com", "{}@gmail.com", "{}+shop@GoogleMail.com", "Ann@{}.vn", "{}"],
    "phone": ["+84{}", "0{}", "(0{}) 12", "00 84 90{}", "{}", "+1 {}", "+39 0{}"],
    "country": ["{}", "vn", "VN ", "U.S.", "uk"],
    "mobile_ad_id": ["{}", "38400000-8cf0-11bd-b23e-10b96e40000d", "38400000-8CF0-11BD-B23E-{}"],
}


def values(identifier: str, count: int, seed: int) -> list[str]:
    """Values of an identifier, good and bad; the same for the same seed."""
    chance = random.Random(f"{identifier}{seed}")
    found = []
    for _ in range(count):
        letters = "0123456789 -." if identifier == "phone" else ALPHABET
        drawn = "".join(chance.choices(letters, k=chance.randrange(12)))
        shape = chance.choice(SHAPED.get(identifier, ["{}", " {} ", "Nguyễn {}"]))
        found.append(shape.replace("{}", drawn))
    digest = hashlib.sha256(b"before").hexdigest()
    return [*found, "", " ", digest, f" {digest.upper()}", unicodedata.normalize("NFD", "Nguyễn")]


PAIRS = [(rules, name) for rules, one in RULE_SETS.items() for name in one.rules]


def test_duckdb_says_what_python_says(duck):
    for rules, name in PAIRS:
        given = values(name, 400, 1)
        mine = [python.prepared(rule_set(rules), name, value, "VN") for value in given]
        theirs = duck.prepared(rules, name, given, "VN")
        assert _told(given, mine) == _told(given, theirs), (rules, name)
        assert any(mine), (rules, name)


def test_postgresql_says_what_python_says(elephant):
    for rules, name in PAIRS:
        given = values(name, 400, 2)
        mine = [python.prepared(rule_set(rules), name, value) for value in given]
        assert _told(given, mine) == _told(given, elephant.prepared(rules, name, given))


def _told(given, found):
    return [(ascii(one), two) for one, two in zip(given, found, strict=True)]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_warehouse_can_say_every_rule(dialect):
    for rules, name in PAIRS:
        said = warehouses.statement(dialect, rules, name)
        assert "cdp_" not in said.replace("cdp_numbers", "")


@pytest.mark.parametrize("rules, name", PAIRS)
def test_nothing_is_never_hashed(rules, name):
    """The digest of nothing would be one person to the platform, and the same one for all."""
    nothing = ["", " ", "\t\n", "\u00a0", "\u200b", "\ufeff"]
    assert [None] * len(nothing) == [python.prepared(rule_set(rules), name, one) for one in nothing]


@pytest.mark.parametrize("rules, name", [pair for pair in PAIRS if pair[1] == "city"])
def test_what_is_nothing_after_its_steps_is_not_hashed(rules, name, duck):
    assert python.prepared(rule_set(rules), name, "123-4") is None
    assert [None] == duck.prepared(rules, name, ["123-4"])


@pytest.mark.parametrize("rules, name", PAIRS)
def test_what_was_hashed_before_is_not_hashed_again(rules, name):
    digest = hashlib.sha256(b"ann@example.com").hexdigest()
    hashed = rule_set(rules).rule(name).hashed
    found = python.prepared(rule_set(rules), name, f" {digest.upper()} ")
    assert found == (digest if hashed else found)
    assert found != hashlib.sha256(digest.encode()).hexdigest()


def test_two_spellings_of_a_letter_are_one_person():
    composed, apart = (unicodedata.normalize(form, "Nguyễn Thị Ánh") for form in ("NFC", "NFD"))
    assert composed != apart
    for rules, name in PAIRS:
        one = rule_set(rules)
        assert python.prepared(one, name, composed) == python.prepared(one, name, apart)


DIGEST_OF_ANN = hashlib.sha256(b"ann@example.com").hexdigest()
MAID = "aece52e7-03ee-455a-b3c4-e57283966239"
ODD = [
    # Gmail's dots and tags: Google's rule, UID2's, TikTok's (tags of all, no dots), none of Meta.
    ("google", "email", "A.N.N+x@GMail.com", "ann@gmail.com"),
    ("google", "email", "a.n.n+x@googlemail.com", "ann@googlemail.com"),
    ("google", "email", "a.n.n+x@gmail.co.uk", "a.n.n+x@gmail.co.uk"),
    ("google", "email", "...@gmail.com", None),
    ("uid2", "email", "a.n.n+x@gmail.com", "ann@gmail.com"),
    ("meta", "email", "A.N.N+x@gmail.com", "a.n.n+x@gmail.com"),
    ("linkedin", "email", "A.N.N+x@gmail.com", "a.n.n+x@gmail.com"),
    ("tiktok", "email", "A.N.N+x@gmail.com", "a.n.n@gmail.com"),
    ("tiktok", "email", "Ann+x+y@Example.com", "ann@example.com"),
    ("tiktok", "email", "+x@example.com", None),
    ("tiktok", "email", "a+b@c@example.com", None),
    # Domains in other scripts stay as they were typed, in either form; no letter becomes two.
    ("google", "email", "Jörg@BÜCHER.de", "jörg@bücher.de"),
    ("google", "email", "ann@XN--BCHER-KVA.de", "ann@xn--bcher-kva.de"),
    ("meta", "email", "\u0130nci@Example.com", "inci@example.com"),
    ("meta", "first_name", "I\u015eIL", "i\u015fil"),
    ("meta", "first_name", "Stra\u1e9ee", "stra\u00dfe"),
    ("google", "email", "\uff21nn@example.com", "\uff41nn@example.com"),
    # Names keep their punctuation: so do the libraries of both, whatever Meta's page says.
    ("google", "first_name", " Jean-Luc ", "jean-luc"),
    ("google", "last_name", "O\u2019BRIEN, Jr.", "o\u2019brien, jr."),
    ("meta", "last_name", "O'Brien", "o'brien"),
    ("meta", "city", "St. John's 2", "stjohn's"),
    ("meta", "city", "Washington D.C.", "washingtondc"),
    ("meta", "state", "N.Y.", "ny"),
    # A telephone whose owner lets no app follow them says zeros: many are no one person.
    (
        "meta",
        "mobile_ad_id",
        "AECE52E7-03EE-455A-B3C4-E57283966239",
        "aece52e7-03ee-455a-b3c4-e57283966239",
    ),
    ("meta", "mobile_ad_id", "00000000-0000-0000-0000-000000000000", None),
    ("tiktok", "mobile_ad_id", "00000000-0000-0000-0000-000000000000", None),
    # Postcodes of the United Kingdom, Canada, the United States; leading zeros are no numbers.
    ("google", "postcode", " SW1A 1AA ", "SW1A 1AA"),
    ("google", "postcode", "94035-1234", "94035-1234"),
    ("google", "postcode", "01234", "01234"),
    ("meta", "postcode", "SW1A 1AA", "sw1a1aa"),
    ("meta", "postcode", "K1A 0B1", "k1a0b1"),
    ("meta", "postcode", "02139-4307", "02139"),
    # Codes of countries, never their names.
    ("google", "country", "vn", "VN"),
    ("google", "country", "USA", None),
    ("google", "country", "United States", None),
    ("google", "country", "EL", None),
    ("meta", "country", "V.N.", "vn"),
    ("meta", "country", "Vi\u1ec7t Nam", None),
    ("plain", "email", DIGEST_OF_ANN.upper(), None),  # where nothing is hashed it is no address
]
"""(rules, identifier, value, what it is before it is hashed); None: no identifier.

By the sources of `rules.RULE_SETS`: drawn by hand, as people and systems write them.
"""


def _odd():
    """(rules, identifier) -> values, and what is sent of each."""
    found = {}
    for rules, name, value, plain in ODD:
        one = rule_set(rules)
        sent = plain
        if plain is not None and one.rule(name).hashed:
            digest = hashlib.sha256(plain.encode()).digest()
            sent = digest.hex() if one.encoding == "hex" else base64.b64encode(digest).decode()
        given, expected = found.setdefault((rules, name), ([], []))
        given.append(value)
        expected.append(sent)
    return found


def test_odd_values_are_what_the_pages_of_the_platforms_say(duck):
    for (rules, name), (given, sent) in _odd().items():
        mine = [python.prepared(rule_set(rules), name, value) for value in given]
        assert _told(given, sent) == _told(given, mine), (rules, name)
        assert _told(given, sent) == _told(given, duck.prepared(rules, name, given)), (rules, name)


def test_odd_values_are_the_same_on_postgresql(elephant):
    for (rules, name), (given, sent) in _odd().items():
        assert _told(given, sent) == _told(given, elephant.prepared(rules, name, given))


NUMBERS = {
    ("\uff10\uff19\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17", "VN"): "+84901234567",
    ("(650) 253-0000", "US"): "+16502530000",
    ("(650) 253-0000 x12", "US"): None,
    ("020 7183 8750", "GB"): "+442071838750",
    ("06 6982 1234", "IT"): "+390669821234",  # Italy keeps its 0
    ("8 (495) 123-45-67", "RU"): "+74951234567",
    ("0901234567", "VN"): "+84901234567",
    ("090 123 45 67", "vn"): "+84901234567",
    ("+84 (0)90 123 4567", None): "+84901234567",
    ("0084 90 123 4567", None): "+84901234567",
    ("84901234567", "VN"): "+84901234567",
    ("+44 20 7946 0958", "VN"): "+442079460958",
    ("+39 06 6982", None): "+39066982",
    ("0901234567", None): None,  # whose country is it in?
    ("0901234567", "XX"): None,
    ("+0901234567", None): None,
    ("12345", "VN"): None,
    ("+84901234567 ext. 5", None): None,  # a desk of a switchboard, not a person
    ("no number", "VN"): None,
    ("٠٩٠١٢٣٤٥٦٧", "VN"): "+84901234567",
}


@pytest.mark.parametrize("given", NUMBERS)
def test_telephone_numbers_are_read_in_their_country(given, duck):
    number, region = given
    expected = NUMBERS[given]
    assert expected == phone.e164(number, region)
    assert [expected] == duck.prepared("plain", "phone", [number], region)


@pytest.mark.parametrize("region", ["VN", "DE", "GB", "FR", "JP", "TH", "IT", "AR", "CN", "IM"])
def test_the_short_way_to_a_number_reads_it_as_the_whole_plan_does(region, monkeypatch):
    chance = random.Random(region)
    given = ["0" + "".join(chance.choices("0123456789 ", k=chance.randrange(6, 12)))
             for _ in range(400)]  # fmt: skip
    short = [phone.e164.__wrapped__(one, region) for one in given]
    monkeypatch.setattr(phone, "_plan", lambda region: None)
    assert short == [phone.e164.__wrapped__(one, region) for one in given]


@pytest.mark.parametrize(
    "address",
    ["ann", "ann@", "@example.com", "ann@example", "a b@example.com", "a@b@example.com",
     "ann@example..com", "ann@example.com.", "<ann@example.com>", "ann@example.com, bob@x.com",
     "ann@exam\u200bple.com", "mailto:ann@example.com", "+@gmail.com", "0901234567"],
)  # fmt: skip
def test_what_is_no_address_is_none(address, duck):
    assert python.prepared(rule_set("google"), "email", address) is None
    assert [None] == duck.prepared("google", "email", [address])


def test_the_digest_is_written_as_the_platform_reads_it():
    digest = hashlib.sha256(b"ann@example.com").digest()
    given = ("email", "Ann@Example.com")
    assert python.prepared(rule_set("meta"), *given) == digest.hex()
    assert python.prepared(rule_set("uid2"), *given) == base64.b64encode(digest).decode()


def test_every_rule_has_a_source_and_unknown_rules_are_named():
    assert [] == [pair for pair in PAIRS if not rule_set(pair[0]).rule(pair[1]).source]
    with pytest.raises(SettingsError, match="called 'meat'") as raised:
        rule_set("meat")
    assert "meta" in raised.value.remedy
