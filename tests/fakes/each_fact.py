"""One record of every kind of fact, made from what its class says of its words."""

from collections.abc import Mapping
from typing import Any

from operator_app.domain.event import Event, from_record
from operator_app.domain.facts.fact import Fact
from operator_app.domain.facts.shape import words_of
from operator_app.domain.ids import EventId
from tests.fakes.writer import START, Writer, fresh_id


def value_of(rule: Mapping[str, Any]) -> Any:
    """A value that a word may have."""
    plain = {"text": "x", "whole": 1, "number": 0.5, "yes_no": True, "time": START.isoformat()}
    value = rule["one_of"][0] if "one_of" in rule else plain[rule["is"]]
    return [value] if rule.get("many") else value


def event_of(kind: type[Fact], writer: Writer, /, **words: Any) -> Event:
    """An event of that kind in the writer's journal; `words` take the place of made ones."""
    envelope = writer.event(Fact())
    body = {name: value_of(rule) for name, rule in words_of(kind).items()} | words
    return from_record(
        {
            "id": EventId(envelope.id),
            "journal_id": envelope.journal_id,
            "seq": envelope.seq,
            "seat": envelope.seat,
            "actor": envelope.actor,
            "occurred_at": envelope.occurred_at,
            "hlc": envelope.hlc,
            "base": None,
            "op": kind.op,
            "v": kind.v,
            "incident_id": fresh_id(),
            "body": body,
        }
    )
