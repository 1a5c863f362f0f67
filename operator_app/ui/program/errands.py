"""Carries out a person's wishes beside the window: each in a task of its own, and none fails unseen."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from operator_app.domain.states import Refusal, RefusedError
from operator_app.ui.words.notice import NOT_SAVED, Notice
from operator_app.ui.words.wording import Say
from operator_app.workflow.phone_port import PhoneRefusedError
from operator_app.workflow.ports import JournalFailedError

log = logging.getLogger(__name__)


class Errands:
    """Runs wishes; what is refused becomes a quiet notice, what fails a loud one. Loop thread only."""

    def __init__(self, say: Say, tell: Callable[[Notice], None]) -> None:
        """`tell` shows a notice."""
        self._say = say
        self._tell = tell
        self.key_of: Callable[[Refusal], str] = lambda _: ""
        """The key that mends what was refused, as it is set now."""
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def running(self) -> int:
        """How many wishes are under way."""
        return len(self._tasks)

    def run(self, wish: Coroutine[Any, Any, object], name: str) -> "asyncio.Task[None]":
        """Begin to carry out a wish; `name` is for the log."""
        task = asyncio.get_running_loop().create_task(self._carry_out(wish, name), name=f"wish {name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def settle(self) -> None:
        """Return when every wish under way has come to its end."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _carry_out(self, wish: Coroutine[Any, Any, object], name: str) -> None:
        try:
            await wish
        except RefusedError as error:
            log.info("%s refused: %s", name, error.refusal)
            self._tell(
                Notice(self._say(f"refusal.{error.refusal}", key=self.key_of(error.refusal)), loud=False)
            )
        except PhoneRefusedError as error:
            log.warning("%s: the phone refused: %s %s", name, error.code, error.detail)
            self._tell(Notice(self._say(f"phone_refusal.{error.code}"), loud=True))
        except JournalFailedError as error:
            log.exception("%s was not saved", name)
            self._tell(Notice(self._say("notice.not_saved", reason=str(error)), loud=True, topic=NOT_SAVED))
        except Exception as error:
            log.exception("%s failed", name)
            self._tell(Notice(self._say("notice.failed", what=name, error=type(error).__name__), loud=True))
