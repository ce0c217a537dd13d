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
