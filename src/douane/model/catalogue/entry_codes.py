"""Faults of a line of an entry, by the stage that finds them, and warnings."""

from __future__ import annotations

from .code import Code

ENTRY_FAULTS = (
    # parse: the line of a TRA is not a row
    Code(
        "not-an-entry-line",
        "Not an entry line of a TRA",
        "The line is no entry line: {detail}",
        "Look for a character too many or too few before that position; every position counts.",
    ),
    # merge: the line's entry cannot be stored
    Code(
        "entry-unbalanced",
        "Entry out of balance",
        "The entry's debit less its credit is {detail}, not 0",
        "Send all lines of the entry, with equal totals of debit and credit.",
    ),
    Code(
        "entry-rejected",
        "Another line of the entry is rejected",
        "An entry is stored whole or not at all, and another line of this one is rejected",
        "Correct the other line, then send the entry again.",
    ),
    Code(
        "no-fiscal-year",
        "No such fiscal year",
        "{value} lies in no fiscal year of the company",
        "Add the fiscal year, or correct the date.",
    ),
    Code(
        "outside-period",
        "Outside the period",
        "{value} lies outside the period that the file is sent for",
        "Correct the date, or send the file for a period that it lies in.",
    ),
    Code(
        "opening-entry-unwanted",
        "Opening entry unwanted",
        "The entry opens a fiscal year, in the journal {value}, and the sender wants no such entries",
        "Leave the entry out, or send the file as one with opening entries.",
    ),
    Code(
        "unknown-establishment",
        "Unknown establishment",
        "The company has no establishment with the SIRET {value}",
        "Add the establishment, or correct the SIRET.",
    ),
    Code(
        "other-fiscal-year",
        "Outside the fiscal year",
        "{value} lies outside the fiscal year that the file is sent for",
        "Correct the date, or send the file for its own fiscal year.",
    ),
    Code(
        "fiscal-year-closed",
        "Fiscal year closed",
        "{value} lies in a fiscal year that is closed",
        "Correct the date, or have the fiscal year opened again.",
    ),
    Code(
        "several-fiscal-years",
        "An entry in several fiscal years",
        "The days of the entry's lines lie in more than one fiscal year",
        "Number the entries of each fiscal year apart, or correct the dates.",
    ),
    Code(
        "unknown-journal",
        "Unknown journal",
        "There is no journal {value}",
        "Add the journal, or give its name in the file.",
    ),
    Code("journal-closed", "Journal closed", "The journal {value} is closed", "Use another journal."),
    Code(
        "unknown-ledger-account",
        "Unknown ledger account",
        "There is no ledger account {value}",
        "Add the account, or give its name in the file.",
    ),
    Code(
        "ledger-account-closed",
        "Ledger account closed",
        "The ledger account {value} is closed",
        "Use another account.",
    ),
    Code(
        "not-an-account-number",
        "Not an account number",
        "{value} is not an account number",
        "Write a digit from 1 to 9, then letters and digits, 20 characters at most.",
    ),
    Code(
        "two-sided-line",
        "Debit and credit on one line",
        "The line has a debit and a credit of {value}",
        "Give one of the two; write two lines for both.",
    ),
    Code(
        "ambiguous-entry",
        "Several stored entries match",
        "Several stored entries have this journal, number and day",
        "Give the entry a number of its own.",
    ),
)

ENTRY_WARNINGS = (
    Code(
        "entry-balanced-by-us",
        "Entry balanced by a line of ours",
        "The entry's debit less its credit was {detail}; a line on the account {value} balances it",
        "Find out what is missing, and send the entry again with all its lines.",
    ),
    Code(
        "third-party-waiting",
        "Third party waiting",
        "There is no third party {value}; the line waits on {detail}",
        "Add the third party, then send the entry again.",
    ),
)
