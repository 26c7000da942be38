"""People who are in a list several times, with who they are: a made-up truth to judge by.

Households share a name, a city and often a telephone; some share a mailbox; some brothers
and sisters are twins. Each record of a person loses fields, has slips of the pen, swapped
names, short names, capitals, names accents are lost from.
"""

from __future__ import annotations

import random

FIRST = """James Mary John Patricia Robert Jennifer Michael Linda William Elizabeth David
Barbara Richard Susan Joseph Jessica Thomas Sarah Charles Karen Daniel Lisa Matthew Anna Lena
Emma Ella Mia Lia Noah Liam Olivia Ava Sophia Lucas Mason Minh Hương Linh Thanh Nguyệt Jürgen
Björn Zoë José María Seán Siobhán Aoife Niamh Jonas Felix Paula Clara Marta Hugo Oscar Ruth Rosa
Ivan Olga Nina Petra Tomáš Lukas Marek Eva Adam Peter Hana""".split()
LAST = """Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Wilson
Anderson Taylor Moore Jackson Martin Lee Perez Thompson White Harris Clark Lewis Robinson Walker
Young Allen King Wright Scott Nguyễn Trần Phạm Hoàng Đặng Hill Green Adams Nelson Baker Hall
Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Koch O'Brien Murphy Kelly
Walsh Byrne Ryan Silva Santos Ferreira Oliveira Costa Kowalski Novák Horváth Dubois Moreau
Rossi Russo Bianchi Romano Larsen Hansen Olsen Berg Lund Holm Dahl Strand Haugen""".split()
CITIES = "London Berlin Hanoi Dublin Lisbon Hull Leeds York Bristol Cork Porto Munich Hue".split()

Record = tuple[str, str | None, str | None, str | None, str | None, str | None, str | None, int]
"""id, first name, last name, birth date, city, e-mail, phone, and who it is in truth."""


class Maker:
    def __init__(self, seed: int, slips: float, shared_mailboxes: float) -> None:
        self.random = random.Random(seed)
        self.slips, self.shared_mailboxes = slips, shared_mailboxes
        self.mailboxes: set[str] = set()

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def name(self, names: list[str]) -> str:
        """Some names are many times as common as others."""
        return names[min(int(len(names) ** self.random.random()) - 1, len(names) - 1)]

    def slip(self, text: str, probability: float) -> str:
        """One letter too many, too few, wrong or swapped."""
        if len(text) < 3 or not self.chance(probability):
            return text
        at, letter = self.random.randrange(len(text) - 1), self.random.choice("abcdeinorst")
        return self.random.choice([
            text[:at] + letter + text[at:],
            text[:at] + text[at + 1 :],
            text[:at] + letter + text[at + 1 :],
            text[:at] + text[at + 1] + text[at] + text[at + 2 :],
        ])  # fmt: skip

    def mailbox(self, first: str, last: str) -> str:
        """An address nobody else has."""
        choose = self.random
        while True:
            name = choose.choice([f"{first}.{last}", f"{first[0]}{last}", first])
            name += str(choose.randrange(1000)) if self.chance(0.7) else ""
            address = f"{name}@{choose.choice(['mail', 'post', 'web'])}.example".lower()
            if address not in self.mailboxes:
                self.mailboxes.add(address)
                return address

    def household(self) -> list[tuple[str, str, str, str, str, str]]:
        """Who lives together: first and last name, birth date, city, e-mail, phone."""
        choose = self.random
        last, city = self.name(LAST), choose.choice(CITIES)
        landline = f"+4930{choose.randrange(10**7, 10**8)}"
        family = self.mailbox("familie", last)
        members, birth = [], ""
        for _ in range(choose.choice([1, 1, 1, 2, 2, 3, 4])):
            first = self.name(FIRST)
            if not birth or not self.chance(0.08):
                birth = (
                    f"{choose.randrange(1940, 2005)}-{choose.randrange(1, 13):02d}"
                    f"-{choose.randrange(10, 29)}"
                )
            own = self.mailbox(first, last)
            email = family if self.chance(self.shared_mailboxes) else own
            phone = f"+49170{choose.randrange(10**6, 10**7)}"
            phone = landline if self.chance(0.2) else phone
            members.append((first, last, birth, city, email, phone))
        return members

    def records(self, member: tuple[str, str, str, str, str, str]) -> list[tuple[str | None, ...]]:
        """The member as several forms were filled in."""
        made = []
        for _ in range(self.random.choice([1, 1, 1, 2, 2, 3, 4])):
            first, last, birth, city, email, phone = member
            if self.chance(0.04) and len(first) > 4:
                first = first[:3]
            first, last = self.slip(first, self.slips), self.slip(last, self.slips)
            city = self.slip(city, self.slips)
            if self.chance(self.slips / 2):
                birth = birth[:-1] + str(self.random.randrange(9))
            if self.chance(0.03):
                first, last = last, first
            if self.chance(0.1):
                first, last, email = first.upper(), last.upper(), email.upper()
            if self.chance(0.2):
                phone = phone.replace("+49", "0049 ")
            lost = (0.03, 0.03, 0.2, 0.2, 0.25, 0.35)
            values = (first, last, birth, city, email, phone)
            made.append(
                tuple(
                    None if self.chance(missing) else value
                    for missing, value in zip(lost, values, strict=True)
                )
            )
        return made


def people(
    count: int, *, seed: int, slips: float = 0.1, shared_mailboxes: float = 0.03
) -> list[Record]:
    """Give `count` records or a few more, in no order."""
    maker, found, person = Maker(seed, slips, shared_mailboxes), [], 0
    while len(found) < count:
        for member in maker.household():
            found += [(*record, person) for record in maker.records(member)]
            person += 1
    maker.random.shuffle(found)
    return [(f"r{number}", *record) for number, record in enumerate(found)]  # type: ignore[misc]
