"""The event bus of one window: synchronous, in order, on the loop's thread; a failed listener is itself a message."""

import logging
from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from operator_app.workflow.ports import ListenerFailed

log = logging.getLogger(__name__)

M = TypeVar("M")


class Bus:
    """Hands each message to every listener of its type, in the order of subscription."""

    def __init__(self) -> None:
        """Start with no listener."""
        self._listeners: defaultdict[type[Any], list[Callable[[Any], None]]] = defaultdict(list)

    def subscribe(self, kind: type[M], listener: Callable[[M], None]) -> Callable[[], None]:
        """Call `listener` with every later message of exactly that type; the return value ends it."""
        self._listeners[kind].append(listener)
        return lambda: self._listeners[kind].remove(listener)

    def publish(self, message: object) -> None:
        """Deliver now. A listener that raises is logged and told to the listeners of `ListenerFailed`."""
        for listener in tuple(self._listeners[type(message)]):
            try:
                listener(message)
            except Exception as error:
                name = getattr(listener, "__qualname__", repr(listener))
                log.exception("listener %s failed on %s", name, type(message).__name__)
                if not isinstance(message, ListenerFailed):
                    self.publish(ListenerFailed(name, type(message).__name__, repr(error)))
