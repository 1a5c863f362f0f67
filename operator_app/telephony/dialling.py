"""From what an operator dials to a SIP address."""

import re

from operator_app.workflow.phone_port import PhoneRefusal, PhoneRefusedError

_SPACERS = frozenset(" -.()/")
_CONTEXT = re.compile(r"\+?[A-Za-z0-9.-]{1,60}")
_KEYS = frozenset("+0123456789*#")


def sip_uri(wish: str, domain: str | None) -> str:
    """Return the address of a number at `domain`, or a sip: address as it is; raises `PhoneRefusedError`.

    `domain` is None while no account is registered at a phone server: then only whole addresses can be called.
    """
    wish = wish.strip()
    if wish.lower().startswith(("sip:", "sips:")):
        if not wish.partition(":")[2] or any(letter.isspace() or letter in '<>"' for letter in wish):
            raise PhoneRefusedError(PhoneRefusal.BAD_NUMBER, "no SIP address")
        return wish
    wish, _, context = wish.partition(";phone-context=")
    number = "".join(letter for letter in wish if letter not in _SPACERS)
    if not number or not set(number) <= _KEYS:
        raise PhoneRefusedError(PhoneRefusal.BAD_NUMBER, "no number")
    if domain is None:
        raise PhoneRefusedError(PhoneRefusal.NO_ROUTE, "no account is registered at a phone server")
    if context:  # a number that counts in one exchange alone (RFC 3966, 5.1.5; RFC 3261, 19.1.6)
        if not _CONTEXT.fullmatch(context):
            raise PhoneRefusedError(PhoneRefusal.BAD_NUMBER, "no context of a number")
        return f"sip:{number.replace('#', '%23')};phone-context={context}@{domain};user=phone"
    return f"sip:{number.replace('#', '%23')}@{domain}"
