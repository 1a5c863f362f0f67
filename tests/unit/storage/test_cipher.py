"""A seat's store under a key: the same store, and nothing to read for who lacks the key."""

import asyncio
import secrets
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest

from operator_app.bootstrap.parts import CannotStartError
from operator_app.bootstrap.store_key import store_key
from operator_app.config.settings import parse_settings
from operator_app.storage.problems import StoreProblemError, StoreReason
from operator_app.storage.seat.seat_store import SeatStore
from tests.fakes.writer import Writer

KEY, OTHER = secrets.token_hex(32), secrets.token_hex(32)
SECRET = "Bu Ratna, rumah bercat biru"


def write(folder: Path, key: str | None) -> list[str]:
    """Open, note a secret, close; returns the ids kept."""
    store = SeatStore.open(folder, key)
    writer = Writer("M1", store.journal_id, store.next_seq)
    asyncio.run(store.append(writer.incident(SECRET)))
    store.keep_foreign(Writer("M2").incident(SECRET), None)
    kept: list[str] = sorted(event.id for event in store.events())
    store.close()
    return kept


def readable(folder: Path) -> bool:
    return any(b"Ratna" in file.read_bytes() for file in folder.glob("seat.db*"))


def test_an_encrypted_store_keeps_all_and_shows_nothing(tmp_path: Path) -> None:
    first = write(tmp_path, KEY)
    assert len(first) == 4
    assert not readable(tmp_path)
    assert set(write(tmp_path, KEY)) > set(first)


def test_a_plain_store_is_encrypted_at_its_first_start_with_a_key(tmp_path: Path) -> None:
    plain = write(tmp_path, None)
    assert readable(tmp_path)
    store = SeatStore.open(tmp_path, KEY)
    assert sorted(event.id for event in store.events()) == plain
    assert (store.next_seq, store.waiting()) == (3, 2)
    store.close()
    assert not readable(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} <= {"seat.db", "seat.db.encrypted", "seat.lock"}


@pytest.mark.parametrize(
    ("key", "words"), [(OTHER, "keyring"), (None, "is encrypted")], ids=["wrong", "none"]
)
def test_a_wrong_or_missing_key_is_said_and_harms_nothing(
    tmp_path: Path, key: str | None, words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    kept = write(tmp_path, KEY)
    with pytest.raises(StoreProblemError, match=words) as refused:
        SeatStore.open(tmp_path, key)
    assert refused.value.reason is StoreReason.UNUSABLE
    assert capfd.readouterr().err == ""
    assert set(write(tmp_path, KEY)) > set(kept)


def test_a_damaged_encrypted_store_is_told_as_such(tmp_path: Path) -> None:
    write(tmp_path, KEY)
    with (tmp_path / "seat.db").open("rb+") as file:
        file.seek(4096 * 2 + 100)
        file.write(b"\xff" * 2000)
    with pytest.raises(StoreProblemError) as refused:
        SeatStore.open(tmp_path, KEY)
    assert refused.value.reason is StoreReason.DAMAGED


class MemoryKeyring(keyring.backend.KeyringBackend):
    priority = 1

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


ENCRYPTED = parse_settings('[seat]\nname = "M1"\nencrypted = true\n')


def test_the_key_is_made_once_a_folder_and_lies_in_the_keyring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = MemoryKeyring()
    monkeypatch.setattr(keyring, "get_password", ring.get_password)
    monkeypatch.setattr(keyring, "set_password", ring.set_password)
    key = store_key(ENCRYPTED, tmp_path / "a")
    assert key is not None
    assert len(bytes.fromhex(key)) == 32
    assert store_key(ENCRYPTED, tmp_path / "a") == key
    assert store_key(ENCRYPTED, tmp_path / "b") != key
    assert store_key(parse_settings('[seat]\nname = "M1"\n'), tmp_path) is None
    assert len(ring.held) == 2


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (keyring.errors.NoKeyringError("none"), "no keyring"),
        (keyring.errors.KeyringLocked("locked"), "unlock"),
    ],
)
def test_without_a_keyring_the_seat_refuses_in_a_sentence_and_never_writes_plain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    def refuse(service: str, username: str) -> str | None:
        raise error

    monkeypatch.setattr(keyring, "get_password", refuse)
    with pytest.raises(CannotStartError, match=words):
        store_key(ENCRYPTED, tmp_path)
    assert list(tmp_path.iterdir()) == []
