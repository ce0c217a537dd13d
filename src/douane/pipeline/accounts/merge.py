"""Merge of accounts: customers with their addresses meet the stored ones; only changes are written.

The list is read in chunks. Accounts that stand as they were last sent are dropped at once, new ones are
copied straight into the tables while the next ones are read, and all others meet what is stored at the end.
When it turns out that this was wrong for some, the list is read again, and these wait for its end.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from douane.pipeline.outcome import Outcome
from douane.pipeline.tally import Tally
from douane.settings import Settings
from douane.store.account_merging import AccountMerging

from .aside import repeated_names
from .chunks import ACCOUNTS_AT_ONCE, in_chunks
from .oddities import Oddities, ReadAgain
from .passing import Pass
from .records import ReadAccounts
from .wishes import AccountWishes

TRIES_WITH_CARE = 4
"""After so many readings nothing is taken for what it was any more."""
TAGS_TOLD = 20
"""How many of the tags that were made a receipt names."""


class AccountMerge:
    """The merge of one run. `write` does it; `outcome` has the counts and the faults afterwards.

    `accounts_at_once` is about how many accounts stand in a chunk.
    """

    refuse: ClassVar[None] = None

    def __init__(
        self,
        merging: AccountMerging,
        wishes: AccountWishes,
        settings: Settings,
        folder: Path,
        accounts_at_once: int = ACCOUNTS_AT_ONCE,
    ) -> None:
        self._merging = merging
        self._wishes = wishes
        self._settings = settings
        self._folder = folder
        self._accounts_at_once = accounts_at_once

    @property
    def outcome(self) -> Outcome:
        """The counts of the objects of the list, and the faults."""
        return self._pass.outcome

    @property
    def tables(self) -> dict[str, Tally]:
        """The counts by table; the first are of the objects of the list."""
        return self._pass.tallies

    @property
    def notes(self) -> dict[str, str | int]:
        """Which tags were made, that nobody had defined."""
        made = self._pass.tags_made
        if not made:
            return {}
        more = ", ..." if len(made) > TAGS_TOLD else ""
        return {"tags_made": len(made), "tags_made_names": ", ".join(made[:TAGS_TOLD]) + more}

    def write(self, reread: ReadAccounts) -> None:
        """Merge all that `reread` gives; the transaction then holds the whole outcome."""
        self._merging.lock()
        self._merging.conn.execute("savepoint before_accounts")
        oddities, tries = Oddities(), 0
        while not self._try(reread, oddities, tries):
            self._merging.conn.execute("rollback to savepoint before_accounts")
            tries += 1
            oddities.recognizes = tries < TRIES_WITH_CARE
        for tally in self.tables.values():
            tally.check()

    def _try(self, reread: ReadAccounts, oddities: Oddities, number: int) -> bool:
        """Read the list and write it; false when it must be read again, knowing more of it."""
        folder = self._folder / f"reading-{number}"
        folder.mkdir()
        self._pass = Pass(self._merging, self._wishes, self._settings, folder, oddities)
        try:
            self._pass.write(lambda texts: in_chunks(reread(texts), self._accounts_at_once))
        except ReadAgain as reason:
            if reason.is_repeated:
                oddities.names = repeated_names(reread)
            oddities.add_ids(reason.ids)
            return False
        self._merging.keep_origins()
        return True
