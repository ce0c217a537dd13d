"""Refusals of connectors, and of what their sources answer."""

from __future__ import annotations

from .code import Code

CONNECTOR_REFUSALS = (
    Code(
        "bad-connector",
        "Connector that cannot be meant so",
        "The connector cannot be used: {detail}.",
        "Correct all of it, then send it again; each key has a meaning in the guide to connectors.",
    ),
    Code(
        "unknown-connector",
        "Unknown connector",
        "There is no connector {detail}.",
        "douane connector list shows them; douane connector add makes one.",
    ),
    Code(
        "connector-taken",
        "Connector there already",
        "There is a connector {detail} already.",
        "Change it with PUT, or choose another name.",
    ),
    Code(
        "too-many-connectors",
        "Too many connectors",
        "The organization has {detail} connectors, which is as many as it may have.",
        "Remove one that nobody uses.",
    ),
    Code(
        "connector-receives",
        "Connector without a source",
        "There is nothing to pull: connector {detail} has no base_url, it only takes what is sent to it.",
        "Give it a base_url, or send the records as the body of the request.",
    ),
    Code(
        "connector-busy",
        "Connector that is busy",
        "The connector is not asked for another run: {detail}",
        "Ask again once that run is over, or set when_busy to queue.",
    ),
    Code(
        "too-many-runs",
        "Too many runs that wait",
        "The organization has {detail} runs that wait, which is as many as it may have.",
        "Ask again once workers have carried out some of them.",
    ),
    Code(
        "source-not-json",
        "Answer that is no JSON",
        "The answer cannot be read: {detail}.",
        "Have the source answer JSON in UTF-8, or correct the address that it is asked at.",
    ),
    Code(
        "source-without-records",
        "No list of records",
        "The answer holds no list of records: {detail}.",
        "Give the path of the list in records, such as $.data.accounts; $ is the answer itself.",
    ),
    Code(
        "source-too-large",
        "Source gives too much",
        "The source gives more than was expected: {detail}.",
        "If that is right, raise the limit of the connector.",
    ),
    Code(
        "source-endless",
        "Pages without end",
        "The pages of the source do not come to an end: {detail}.",
        "Correct how the pages of the connector are turned; if there are as many, raise its limit.",
    ),
    Code(
        "source-repeats",
        "Page given twice",
        "The source gives the same again where another page was expected: {detail}.",
        "Correct how the pages of the connector are turned: the source may not know the parameter.",
    ),
)
