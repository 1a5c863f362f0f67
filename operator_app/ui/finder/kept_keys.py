"""Keeps the keys that a person sets in a window, and tells of those that could not be used."""

from operator_app.ui.frame.manner import Manner
from operator_app.ui.program.errands import Errands, Tell
from operator_app.ui.words.notice import Notice


class KeptKeys:
    """The keys of one window. Loop thread only."""

    def __init__(self, manner: Manner, errands: Errands, tell: Tell) -> None:
        """Tells at once of keys of this seat that others have taken meanwhile."""
        self._manner, self._errands, self._tell = manner, errands, tell
        not_taken = manner.keys.not_taken
        if not_taken:
            words = ", ".join(f"{deed}: {key}" for deed, key in not_taken)
            tell(Notice(manner.say("key_help.not_taken", keys=words), loud=True))

    def keep(self) -> None:
        """Keep the keys as they are set now, where the window keeps any."""
        if self._manner.keep_keys is not None:
            self._errands.run(self._keep(), self._manner.say("wish.keys"))

    async def _keep(self) -> None:
        try:
            if self._manner.keep_keys is not None:
                await self._manner.keep_keys(self._manner.keys.own())
        except OSError as error:
            reason = error.strerror or type(error).__name__
            self._tell(Notice(self._manner.say("key_help.not_kept", error=reason), loud=True))
