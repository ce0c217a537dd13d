"""Refusals of a file that is to be fetched: where it is, and what is answered there."""

from __future__ import annotations

from .code import Code

SOURCE_REFUSALS = (
    Code(
        "source-forbidden",
        "Nothing fetched from there",
        "The file is not fetched: {detail}.",
        "Give an https address that everybody can reach, or have the operator open its network with "
        "douane organization allow.",
    ),
    Code(
        "source-denied",
        "Access to the file denied",
        "The file is not given out: {detail}.",
        "Give an address that opens the file by itself and is still valid, such as a signed one.",
    ),
    Code(
        "source-gone",
        "No file there",
        "There is no file: {detail}.",
        "Put the file there, or correct the address, and ask again.",
    ),
    Code(
        "source-refuses",
        "Answer that is no file",
        "The file cannot be fetched: {detail}.",
        "Give an address that answers GET with the file.",
    ),
    Code(
        "source-redirects",
        "Redirects that lead nowhere",
        "The file is not fetched: {detail}.",
        "Give the address that the file has in the end.",
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
