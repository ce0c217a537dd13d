"""What a list of accounts must do, told one account after the other in plain Python."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

SAID = ("city", "label")
"""What the addresses of the lists say besides what all of them do."""

OFF_NOT = ("is_unlinked", "false")
NOTE = "custom.note"
"""The custom field of accounts."""


@dataclass
class Books:
    """What is stored: accounts, addresses, and the flags of links; and what accounts were last sent as."""

    accounts: dict[str, dict[str, Any]] = field(default_factory=dict)
    addresses: dict[str, dict[str, Any]] = field(default_factory=dict)
    links: dict[tuple[str, str], bool] = field(default_factory=dict)
    last: dict[str, Any] = field(default_factory=dict)

    def others(self, account: str, address: str) -> bool:
        """Whether another account has the address."""
        return any(x == address and a != account for a, x in self.links)


@dataclass
class Told:
    """One account of a list: its objects, put together."""

    name: str
    line: int
    objects: list[dict[str, Any]]
    lines: list[int]

    @property
    def fields(self) -> dict[str, Any]:
        """What it says of itself, the later the better."""
        found: dict[str, Any] = {}
        for each in self.objects:
            names = ("website", "legal_id", "is_deleted", NOTE)
            found |= {name: each[name] for name in names if each.get(name)}
        return found

    @property
    def erases(self) -> bool:
        """Whether it empties the custom field: none of its objects gives a value, and one an empty one."""
        return NOTE not in self.fields and any(each.get(NOTE) == "" for each in self.objects)

    @property
    def addresses(self) -> list[dict[str, Any]]:
        """Its addresses in their order."""
        return [one for each in self.objects for one in each["addresses"]]

    @property
    def is_deleted(self) -> bool:
        """Whether it says that it is deleted."""
        return self.fields.get("is_deleted") == "true"


def merged(books: Books, sent: list[dict[str, Any]]) -> dict[str, Any]:
    """Do to `books` what the list does; gives the counts, and the lines that are rejected."""
    accounts = _accounts(sent)
    known = [each for each in accounts if books.last.get(each.name) == each.objects]
    sound, rejected = [], []
    for each in accounts:
        (sound if each in known or _is_sound(books, each) else rejected).append(each)
    kept = _agreeing(books, sound, [each.name for each in known])
    rejected += [each for each in sound if each not in kept]
    before = {x: dict(said) for x, said in books.addresses.items()}
    counts = dict.fromkeys(("added", "updated", "unchanged", "rejected"), 0)
    changed = _write_addresses(books, kept)
    for each in kept:
        verdict = _write(books, each, changed)
        counts[verdict] += len(each.objects)
    _forget(books, kept, before)
    counts["rejected"] = sum(len(each.objects) for each in rejected)
    return {"counts": counts, "rejected": sorted(line for each in rejected for line in each.lines)}


def _accounts(sent: list[dict[str, Any]]) -> list[Told]:
    found: dict[str, Told] = {}
    for line, each in enumerate(sent, 1):
        told = found.setdefault(each["external_id"], Told(each["external_id"], line, [], []))
        told.objects.append(each)
        told.lines.append(line)
    return list(found.values())


def _is_sound(books: Books, each: Told) -> bool:
    """Whether the account may be stored by what it says itself."""
    stored = books.accounts.get(each.name)
    on = [one for one in each.addresses if one.get("is_unlinked") != "true"]
    says: dict[str, Any] = {}
    for one in each.addresses:
        if says.setdefault(one["external_id"], _meant(one)) != _meant(one):
            return False
    if any(not one.get("city") for one in on):
        return False
    if stored is None:
        has_address = each.is_deleted or bool(on)
        return bool(each.fields.get("legal_id")) and has_address and len(on) == len(each.addresses)
    return not stored["is_deleted"] or each.is_deleted


def _meant(address: dict[str, Any]) -> dict[str, Any]:
    """What an address says; not being taken off is as good as not a word of it."""
    return {name: value for name, value in address.items() if value and (name, value) != OFF_NOT}


@dataclass
class Mention:
    """One address of one account."""

    account: Told
    place: int
    address: str
    says: dict[str, Any]
    is_off: bool
    is_shipping: bool | None


def _mentions(accounts: list[Told]) -> list[Mention]:
    found = []
    for each in accounts:
        seen = set()
        for place, one in enumerate([] if each.is_deleted else each.addresses):
            if one["external_id"] in seen:
                continue
            seen.add(one["external_id"])
            says = {name: one[name] for name in SAID if one.get(name)}
            flag = {"true": True, "false": False}.get(one.get("is_shipping") or "")
            off = one.get("is_unlinked") == "true"
            found.append(Mention(each, place, one["external_id"], says, off, flag))
    return found


def _may_change(books: Books, live: list[Mention]) -> list[Mention]:
    """Those through which an address may be made or changed."""
    first: dict[str, Mention] = {}
    for each in live:
        first.setdefault(each.address, each)
    return [
        each
        for each in live
        if (each.account.name, each.address) in books.links
        or (first[each.address] is each and not books.others(each.account.name, each.address))
    ]


def _first_said(mentions: list[Mention]) -> dict[tuple[str, str], tuple[Any, int]]:
    said: dict[tuple[str, str], tuple[Any, int]] = {}
    for each in mentions:
        for name, value in each.says.items():
            said.setdefault((each.address, name), (value, each.account.line))
    return said


def _agreeing(books: Books, sound: list[Told], known: list[str]) -> list[Told]:
    """The accounts none of whose addresses contradicts another account, or what is stored."""
    kept = list(sound)
    is_first = True
    while True:
        mentions = _mentions(kept)
        wrong = {
            each.account.name
            for each in mentions
            if is_first
            and each.is_off
            and (each.account.name, each.address) not in books.links
            and each.account.name not in known
        }
        live = [each for each in mentions if not each.is_off]
        able = _may_change(books, live)
        said = _first_said(able)
        for each in live:
            for name, value in each.says.items():
                told, line = said.get((each.address, name), (None, each.account.line))
                is_before = line < each.account.line
                if each in able:
                    if is_first and is_before and told != value:
                        wrong.add(each.account.name)
                elif value != (told if is_before else books.addresses.get(each.address, {}).get(name)):
                    wrong.add(each.account.name)
        if not wrong:
            return kept
        kept = [each for each in kept if each.name not in wrong]
        is_first = False


def _write_addresses(books: Books, kept: list[Told]) -> set[tuple[str, str]]:
    """Make and change addresses; gives the accounts through which one was changed, with it."""
    live = [each for each in _mentions(kept) if not each.is_off]
    able = _may_change(books, live)
    wanted: dict[str, dict[str, Any]] = defaultdict(dict)
    for (address, name), (value, _) in _first_said(able).items():
        wanted[address][name] = value
    changed = set()
    for address, says in wanted.items():
        stored = books.addresses.get(address)
        if stored is None:
            books.addresses[address] = says
        elif stored | says != stored:
            stored |= says
            changed |= {(each.account.name, address) for each in able if each.address == address}
    return changed


def _write(books: Books, each: Told, changed: set[tuple[str, str]]) -> str:
    stored = books.accounts.get(each.name)
    said = {name: value for name, value in each.fields.items() if name != "is_deleted"}
    erased = {NOTE: None} if each.erases else {}
    now = {"website": None, "is_deleted": False, NOTE: None} | (stored or {}) | said | erased
    now["is_deleted"] = now["is_deleted"] or each.is_deleted
    links = dict(books.links)
    for one in _mentions([each]):
        pair = (each.name, one.address)
        if one.is_off:
            links.pop(pair, None)
        else:
            before = links.get(pair, True)
            links[pair] = before if one.is_shipping is None else one.is_shipping
    if each.is_deleted:
        links = {pair: flag for pair, flag in links.items() if pair[0] != each.name}
    is_changed = now != stored or links != books.links or any(name == each.name for name, _ in changed)
    books.accounts[each.name], books.links = now, links
    return "added" if stored is None else "updated" if is_changed else "unchanged"


def _forget(books: Books, kept: list[Told], before: dict[str, dict[str, Any]]) -> None:
    """What accounts were last sent as, as far as sending it again would change nothing."""
    for each in kept:
        is_doubtful = any(
            len({one.get(name) for one in each.objects if one.get(name)}) > 1
            for name in ("website", "is_deleted", NOTE)
        )
        books.last[each.name] = None if is_doubtful else each.objects
    said: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for one in _mentions(kept):
        said[one.account.name, one.address].append(one.says)
    for address, now in books.addresses.items():
        if address not in before or before[address] == now:
            continue
        for account, linked in books.links:
            agrees = any(now | says == now for says in said.get((account, address), []))
            if linked == address and not agrees:
                books.last[account] = None
