"""The call getFileUrlDeposit: a place where a sender puts a file before it is imported."""

from __future__ import annotations

from douane.dialects.call import Asked
from douane.dialects.door import Reply
from douane.errors import Refusal

from .messages import refused

TOLD = {"deposit-name": "bad-filename", "too-many-deposits": "too-many-deposits"}
"""Code of a refusal of a deposit -> the message that stands for it."""


def answer_deposit(asked: Asked) -> Reply:
    """Where the file is put, and the URI it is imported by. Refuses `no-filename` and those of TOLD."""
    query = {name.lower(): value.strip() for name, value in asked.query.items()}
    name = query.get("filename", "")
    if not name:
        raise refused("no-filename")
    try:
        prepared = asked.gateway.prepare_deposit(asked.conn, asked.caller, name, asked.base_url)
    except Refusal as refusal:
        raise refused(TOLD[refusal.code], name) if refusal.code in TOLD else refusal from None
    return Reply(200, {"depositUrl": prepared.deposit_url, "uri": prepared.uri})
