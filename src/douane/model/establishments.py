"""Establishments: the places where a company works, each with its SIRET."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Establishment:
    """An establishment of a company; `id` is 0 for one that is not stored yet. A company has one main one."""

    code: str
    name: str
    siret: str | None = None
    id: int = 0
    is_main: bool = False
    address_street: str | None = None
    address_postal_code: str | None = None
    address_city: str | None = None
    address_country: str | None = None
