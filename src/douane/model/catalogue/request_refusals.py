"""Refusals of a request for what it is, whatever it carries."""

from __future__ import annotations

from .code import Code

REQUEST_REFUSALS = (
    # access and address
    Code(
        "access-denied",
        "Access denied",
        "The login or the password is wrong.",
        "Check the credential; douane grant makes a new one.",
    ),
    Code("unknown-address", "Nothing there", "There is nothing at {detail}.", "/schema lists the addresses."),
    Code(
        "unknown-method",
        "Method not possible",
        "{detail} is not possible at this address.",
        "/schema lists the methods of each address.",
    ),
    # the request as a whole
    Code("bad-request", "Unreadable request", "The request cannot be read: {detail}.", "Correct it."),
    Code(
        "request-too-large",
        "Request too large",
        "The body is larger than {detail} bytes.",
        "Send less at a time.",
    ),
    Code("unknown-option", "Bad option", "{detail}", "See the reference of the door."),
    Code(
        "too-many-requests",
        "Too many requests",
        "The credential made more than {detail}.",
        "Wait as long as Retry-After says, then go on.",
    ),
    Code(
        "too-many-at-once",
        "Too many requests at once",
        "More than {detail} requests of this address are under way for the company.",
        "Wait for one of them to be answered.",
    ),
    Code(
        "idempotency-key-reused",
        "Idempotency key used for another request",
        "This Idempotency-Key was used with another file or other options.",
        "Use a new key for each file.",
    ),
    Code(
        "idempotency-key-in-use",
        "Idempotency key in use",
        "The first request with this Idempotency-Key is still running.",
        "Wait for it, then ask again.",
    ),
    # what is asked of a run
    Code("unknown-run", "Unknown run", "There is no run {detail}.", "douane runs lists them."),
    Code("nothing-held", "Nothing to release", "Run {detail} holds no clear.", "See the run's receipt."),
    Code(
        "release-stale",
        "Later import in between",
        "Run {detail} is not the newest import of its table.",
        "Release the newest run, or send the file again.",
    ),
    Code(
        "upload-gone",
        "File not kept",
        "The file of run {detail} is not kept.",
        "Files are kept for DOUANE_UPLOAD_DAYS_KEPT days, fetched ones only when lines were rejected.",
    ),
    Code(
        "no-rejected-lines",
        "Lines not given back",
        "The lines of a file for {detail} are not given back one by one.",
        "Ask for the faults of the run instead; each has its line.",
    ),
    # what an operator set up
    Code("bad-setting", "Bad setting", "{detail}", "See douane doctor."),
    Code("old-database", "Database too old", "{detail}", "Use PostgreSQL 18 or newer."),
)
