"""Carries out a person's wishes beside the window: each in its own task, typed words first, none fails unseen."""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from operator_app.domain.states import Refusal, RefusedError
from operator_app.ui.keys.deeds import Before, Wish
from operator_app.ui.words.notice import NOT_SAVED, Notice
from operator_app.ui.words.unsaved import unsaved_words
from operator_app.ui.words.wording import Say
from operator_app.workflow.phone_port import PhoneRefusedError
from operator_app.workflow.ports import JournalFailedError

log = logging.getLogger(__name__)


Tell = Callable[[Notice], None]
"""Shows a notice."""


class Typed(Protocol):
    """Words that are still being typed."""

    async def flush(self) -> None:
        """Save them now. Raises `JournalFailedError`, and what else keeps them from being saved."""


class Errands:
    """Runs wishes; what is refused becomes a quiet notice, what fails a loud one. Loop thread only."""

    def __init__(
        self,
        say: Say,
        tell: Tell,
        typed: Typed | None = None,
        key_of: Callable[[Refusal], str] = lambda _: "",
    ) -> None:
        """`tell` shows a notice; `typed` are the words that a wish may have to wait for.

        `key_of` is the key that mends what was refused, as it is set now.
        """
        self._say = say
        self._tell = tell
        self._typed = typed
        self._key_of = key_of
        self._turn = asyncio.Lock()  # what is done to the form is done in the order in which it was wished
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def running(self) -> int:
        """How many wishes are under way."""
        return len(self._tasks)

    def run(self, wish: Wish, name: str, before: Before = Before.NOTHING) -> "asyncio.Task[None]":
        """Begin to carry out a wish after `before`; `name` is for the log and for the notice of its failure."""
        carried = self._carry_out(wish, name, before)
        task = asyncio.get_running_loop().create_task(carried, name=f"wish {name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def settle(self) -> None:
        """Return when every wish under way has come to its end."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def in_order(self, wish: Wish, before: Before) -> object:
        """Carry out a wish after `before`. Returns and raises what it does; `MUST` raises also what saving does."""
        try:
            if before is Before.MUST:
                async with self._turn:
                    await self._save()
                    return await wish
            if before is Before.KEEP:
                await self._save_if_it_can_be()
            return await wish
        finally:
            wish.close()  # one that was never begun

    async def _save(self) -> None:
        if self._typed is not None:
            await self._typed.flush()

    async def _save_if_it_can_be(self) -> None:
        try:
            await self._save()
        except (JournalFailedError, RefusedError) as error:
            log.exception("a call goes first; what was typed is still not saved")
            self._tell_unsaved(error)

    async def _carry_out(self, wish: Wish, name: str, before: Before) -> None:
        try:
            await self.in_order(wish, before)
        except RefusedError as error:
            log.info("%s refused: %s", name, error.refusal)
            words = self._say(f"refusal.{error.refusal}", key=self._key_of(error.refusal))
            self._tell(Notice(words, loud=False))
        except PhoneRefusedError as error:
            log.warning("%s: the phone refused: %s %s", name, error.code, error.detail)
            self._tell(Notice(self._say(f"phone_refusal.{error.code}"), loud=True))
        except JournalFailedError as error:
            log.exception("%s was not saved", name)
            self._tell_unsaved(error)
        except Exception as error:
            log.exception("%s failed", name)
            self._tell(Notice(self._say("notice.failed", what=name, error=type(error).__name__), loud=True))

    def _tell_unsaved(self, error: JournalFailedError | RefusedError) -> None:
        self._tell(Notice(unsaved_words(error, self._say), loud=True, topic=NOT_SAVED))
