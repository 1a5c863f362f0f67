"""The key of an encrypted seat store lies in the keyring of the system's user, and nowhere else."""

import hashlib
import secrets
from pathlib import Path

import keyring
import keyring.errors

from operator_app.bootstrap.parts import CannotStartError
from operator_app.config.settings import Settings

SERVICE = "operator-112 seat store"


def store_key(settings: Settings, folder: Path) -> str | None:
    """The key of the store in that folder, made at its first start; None for a store that is not to be encrypted.

    Raises `CannotStartError` when this machine has no keyring: a key beside the file would protect nobody.
    """
    if not settings.seat.encrypted:
        return None
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    try:
        key = keyring.get_password(SERVICE, name)
        if key is None:
            key = secrets.token_hex(32)
            keyring.set_password(SERVICE, name, key)
            if keyring.get_password(SERVICE, name) != key:
                raise keyring.errors.PasswordSetError("it does not keep what it is given")
    except keyring.errors.NoKeyringError:
        raise CannotStartError(
            "This machine has no keyring, in which the key of an encrypted store would lie; "
            "install one (Secret Service), or leave out encrypted in [seat]."
        ) from None
    except keyring.errors.KeyringError as error:
        raise CannotStartError(
            f"The keyring of this user cannot be used for the store's key ({error}); unlock it, then start again."
        ) from None
    return key
