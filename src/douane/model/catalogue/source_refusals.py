"""Refusals of what is to be fetched: where it is, and what is answered there."""

from __future__ import annotations

from .code import Code

SOURCE_REFUSALS = (
    Code(
        "source-forbidden",
        "Nothing fetched from there",
        "Nothing is fetched: {detail}.",
        "Give an https address that everybody can reach, or have the operator open its network with "
        "douane organization allow.",
    ),
    Code(
        "source-denied",
        "Access denied by the source",
        "The source gives nothing out: {detail}.",
        "Give an address that opens the file by itself and is still valid, such as a signed one; "
        "for a connector, correct its authentication and secrets.",
    ),
    Code(
        "source-gone",
        "Nothing at the source",
        "There is nothing to fetch: {detail}.",
        "Put the file there, or correct the address, and ask again.",
    ),
    Code(
        "source-refuses",
        "Answer that gives nothing",
        "The source does not give it: {detail}.",
        "Give an address that answers GET with the file; for a connector, correct what it asks for.",
    ),
    Code(
        "source-redirects",
        "Redirects that lead nowhere",
        "Nothing is fetched: {detail}.",
        "Give the address that it has in the end.",
    ),
    Code(
        "source-changed",
        "File changed in between",
        "The file is another one than when it was first asked for: {detail}.",
        "Ask again, and leave the file as it is until it is imported.",
    ),
    Code(
        "source-unmeasured",
        "Length not told",
        "It cannot be known whether the whole file was given: {detail}.",
        "Have the server send Content-Length, or chunks.",
    ),
)
