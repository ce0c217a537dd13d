"""Refusals of a deposit: of its name, of who would fill it, and of what is sent to it."""

from __future__ import annotations

from .code import Code

DEPOSIT_REFUSALS = (
    # asking for one
    Code(
        "deposit-name",
        "Name that no deposit can have",
        "No file can be deposited under this name: {detail}.",
        "Use a plain name that ends in tra, txt, csv, json, zip, gz, xml, pdf, png, jpg, jpeg, tif or tiff.",
    ),
    Code(
        "too-many-deposits",
        "Too many deposits",
        "The organization has {detail} deposits that can be filled already.",
        "Use those, or wait until they expire.",
    ),
    # filling it
    Code(
        "unknown-deposit",
        "Unknown deposit",
        "There is no deposit {detail}.",
        "Ask for an address to deposit the file at, and use it as it is.",
    ),
    Code(
        "deposit-denied",
        "Deposit denied",
        "The address does not open the deposit: {detail}.",
        "Ask for a new address, and use it as it is.",
    ),
    Code(
        "deposit-closed",
        "Deposit filled already",
        "The deposit cannot be filled again: {detail}.",
        "Ask for the address of another one.",
    ),
    Code(
        "deposit-request",
        "Unsupported way to deposit",
        "The file cannot be deposited so: {detail}.",
        "Send the whole file in one PUT, with x-ms-blob-type: BlockBlob or without.",
    ),
    Code(
        "deposit-mismatch",
        "Deposit other than announced",
        "What arrived is not what was announced: {detail}.",
        "Send it again.",
    ),
)
