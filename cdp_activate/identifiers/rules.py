"""How each platform wants an identifier: a table of rules, each with its source.

A rule is a list of steps, the shape that the outcome must have, and whether it is sent as a
SHA-256. Patterns are of the subset that means the same in every warehouse and in Python.
Before the steps of any rule come Unicode form NFC and the trimming of white space: the NFC
and NFD spellings of a name hash differently (https://www.unicode.org/reports/tr15/).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cdp_activate.errors import SettingsError
from cdp_activate.spelling import suggest

VERSION = "2026-11-29"
"""Of this table. What a platform holds was sent under the rules of its day: say so in
CHANGELOG.md when a rule changes, because everyone it touches is sent again."""

BLANK = (
    "\t\n\v\f\r \x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
    "\u200b-\u200f\u2060\ufeff"
)
"""White space as Python and ICU have it, and characters without a width: inside a [..]."""

EDGES = f"^[{BLANK}]+|[{BLANK}]+$"
DIGEST = "^[0-9a-f]{64}$"
"""What was hashed before: passed on as it is, never hashed again."""

# Without quoted local parts and comments (RFC 5321, 4.1.2), which no platform takes.
_ODD = rf"@{BLANK}<>()\[\],;:\\" + '"'
_EMAIL = rf"^[^{_ODD}]+@([^{_ODD}.]+\.)+[^{_ODD}.]+$"
GMAIL = rf"^[^{_ODD}]+@(gmail|googlemail)\.com$"
BLANKS = f"[{BLANK}]"
DIGITS_OR_MARKS = f"[0-9.(){BLANK}-]"

# ITU-T E.164: a country code, then at most 12 digits more. The part after the country code
# does not begin with 0, but in a few countries: those are looked up in the number plan.
_COUNTRY_CODES = (
    "1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|"
    "2[1-689][0-9]|3[578][0-9]|42[0-9]|5[09][0-9]|6[789][0-9]|8[035789][0-9]|9[679][0-9]"
)
CLEAN_PHONE = rf"^\+({_COUNTRY_CODES})[1-9][0-9]{{4,12}}$"
_E164 = r"^\+[1-9][0-9]{6,14}$"
_E164_DIGITS = "^[1-9][0-9]{6,14}$"

# ISO 3166-1 alpha-2. UK, EL and EU are no codes of it.
_COUNTRIES = """
    ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br
    bs bt bv bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz
    ec ee eg eh er es et fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw
    gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky
    kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk ml mm mn mo mp mq mr ms mt mu mv
    mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py
    qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st sv sx sy sz tc td tf tg
    th tj tk tl tm tn to tr tt tv tw tz ua ug um us uy uz va vc ve vg vi vn vu wf ws ye yt za zm
    zw
""".split()
_LOWER_COUNTRY = f"^({'|'.join(_COUNTRIES)})$"
_UPPER_COUNTRY = _LOWER_COUNTRY.upper()
# What every telephone says whose owner lets no app follow them:
# https://developer.apple.com/documentation/adsupport/asidentifiermanager/advertisingidentifier
ZEROS = "^[0-]+$"
_MOBILE_AD_ID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"

Step = Literal[
    "lower", "upper", "gmail", "no tag", "phone", "no plus", "no blanks", "no digits or marks",
    "letters only", "before hyphen", "not zeros",
]  # fmt: skip
"""One change of a value; what each does is in `python` and, the same, in `sql`."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What becomes of one identifier. `shape`: what the outcome must match; empty: anything."""

    steps: tuple[Step, ...] = ()
    shape: str = ""
    hashed: bool = False
    source: str = ""


AS_TEXT = Rule(source="trimmed, and otherwise as it is")


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of one platform.

    `enough`: the sets of identifiers of which one, complete, tells a person from others; none:
    any one does. `encoding` is how a SHA-256 is written.
    """

    name: str
    rules: Mapping[str, Rule]
    enough: tuple[tuple[str, ...], ...] = ()
    encoding: Literal["hex", "base64"] = "hex"

    def rule(self, identifier: str) -> Rule:
        """The rule for an identifier; one that the platform does not name is text."""
        return self.rules.get(identifier, AS_TEXT)


_GOOGLE = (
    "developers.google.com/data-manager/api/devguides/concepts/formatting; "
    "google-ads-datamanager-util 0.4.0"
)
_META = (
    "developers.facebook.com/docs/marketing-api/audiences/guides/custom-audiences; "
    "facebook_business 26.0.3 adobjects/serverside/normalize.py"
)
_TIKTOK = (
    "ads.tiktok.com/help/article/list-of-supported-ids-and-formats-for-a-customer-file, August 2025"
)
# It differs from the page above, of August 2025, which wants numbers without their plus; this
# one takes both.
_TIKTOK_PHONE = (
    "ads.tiktok.com/help/article/how-to-create-a-custom-audience-with-a-customer-file, "
    "September 2025"
)
_LINKEDIN = (
    "learn.microsoft.com/linkedin/marketing/matched-audiences/create-and-manage-segment-users"
)
_UID2 = "unifiedid.com/docs/getting-started/gs-normalization-encoding"
_PLAIN = "RFC 5321, 4.1.2; ITU-T E.164"

_ADDRESS = ("first_name", "last_name", "country", "postcode")

RULE_SETS: Mapping[str, RuleSet] = {
    one.name: one
    for one in (
        RuleSet(
            "plain",
            {
                "email": Rule(("lower",), _EMAIL, source=_PLAIN),
                "phone": Rule(("phone",), _E164, source=_PLAIN),
                "external_id": AS_TEXT,
            },
        ),
        RuleSet(
            "google",
            {
                "email": Rule(("lower", "gmail"), _EMAIL, True, _GOOGLE),
                "phone": Rule(("phone",), _E164, True, _GOOGLE),
                "first_name": Rule(("lower",), "", True, _GOOGLE),
                "last_name": Rule(("lower",), "", True, _GOOGLE),
                "country": Rule(("upper",), _UPPER_COUNTRY, False, _GOOGLE),
                "postcode": Rule((), "", False, _GOOGLE),
            },
            enough=(("email",), ("phone",), _ADDRESS),
        ),
        RuleSet(
            "meta",
            {
                "email": Rule(("lower",), _EMAIL, True, _META),
                "phone": Rule(("phone", "no plus"), _E164_DIGITS, True, _META),
                "external_id": Rule((), "", False, _META),
                "mobile_ad_id": Rule(("lower", "not zeros"), _MOBILE_AD_ID, False, _META),
                "first_name": Rule(("lower",), "", True, _META),
                "last_name": Rule(("lower",), "", True, _META),
                "city": Rule(("lower", "no digits or marks"), "", True, _META),
                "state": Rule(("lower", "no digits or marks"), "", True, _META),
                "postcode": Rule(("lower", "no blanks", "before hyphen"), "", True, _META),
                "country": Rule(("lower", "letters only"), _LOWER_COUNTRY, True, _META),
            },
            enough=(("email",), ("phone",), ("external_id",), ("mobile_ad_id",), _ADDRESS),
        ),
        RuleSet(
            "tiktok",
            {
                "email": Rule(("lower", "no tag"), _EMAIL, True, _TIKTOK),
                "phone": Rule(("phone",), _E164, True, _TIKTOK_PHONE),
                "mobile_ad_id": Rule(("lower", "not zeros"), _MOBILE_AD_ID, True, _TIKTOK),
            },
        ),
        RuleSet("linkedin", {"email": Rule(("lower",), _EMAIL, True, _LINKEDIN)}),
        RuleSet(
            "uid2",
            {
                "email": Rule(("lower", "gmail"), _EMAIL, True, _UID2),
                "phone": Rule(("phone",), _E164, True, _UID2),
            },
            encoding="base64",
        ),
    )
}
"""Every rule set by its name, which a destination says as `rules`."""


def rule_set(name: str) -> RuleSet:
    """The rules called `name`. Raises SettingsError when there are none."""
    found = RULE_SETS.get(name)
    if found is None:
        raise SettingsError(
            f"there are no identifier rules called '{name}'",
            remedy=suggest(name, RULE_SETS, what="rule sets"),
        )
    return found
