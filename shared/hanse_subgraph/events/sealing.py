"""Personal data in events, sealed with the key of the person that it is about.

From the outbox to the event log and the dead letters, an event holds its personal and private fields as ciphertext:
`sealed` under the key of `person`, `sealedclient` (address and user agent) under that of the actor. A consumer opens
them when it handles the event. Where the key was deleted, the fields are empty texts.

Cipher: AES-256-GCM (NIST SP 800-38D) with a random nonce; the event's id is authenticated with it.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hanse_subgraph.events.envelope import Event
from hanse_subgraph.person_keys import PersonKeys

ERASED = "erased"  # in place of the ciphertext, where there was no key any more
_NONCE_BYTES = 12

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class NoPersonKeys(RuntimeError):
    """An event has personal data, and the database has no keys to seal them with."""


async def seal(event: Event, keys: PersonKeys | None) -> Event:
    """The event with its personal data sealed. Raises NoPersonKeys."""
    names, client = _sealed_names(event), event.clientip or event.useragent
    client_of = event.actor or event.person
    if not names and not (client and client_of):
        return event
    if keys is None:
        raise NoPersonKeys(f"{event.type} has personal data: give the database its person keys")
    if names and event.person is not None:
        hidden = {name: event.data[name] for name in names}
        event = msgspec.structs.replace(
            event,
            data={name: value for name, value in event.data.items() if name not in hidden},
            sealed=_box(await keys.to_seal(event.person), hidden, event.id),
        )
    if client and client_of:
        hidden = {"ip": event.clientip, "agent": event.useragent}
        sealed = _box(await keys.to_seal(client_of), hidden, event.id)
        event = msgspec.structs.replace(event, clientip=None, useragent=None, sealedclient=sealed)
    return event


async def opened(events: Sequence[Event], keys: PersonKeys | None) -> list[Event]:
    """The events with their personal data, as far as the keys exist. Raises NoPersonKeys."""
    persons = {person for event in events for person in _persons(event)}
    if not persons:
        return list(events)
    if keys is None:
        raise NoPersonKeys("events have sealed data: give the database its person keys")
    for event in events:
        if event.erases is not None:
            keys.forget(event.erases)  # here, the key may be in a cache still
    existing = await keys.to_open(persons)
    return [_open(event, existing) for event in events]


def _sealed_names(event: Event) -> Collection[str]:
    return [name for name in f"{event.private or ''} {event.personal or ''}".split() if name in event.data]


def _persons(event: Event) -> list[str]:
    found = [event.person if event.sealed else None, (event.actor or event.person) if event.sealedclient else None]
    return [person for person in found if person is not None]


def _open(event: Event, keys: Mapping[str, bytes]) -> Event:
    if event.sealed:
        hidden = _unbox(keys.get(event.person or ""), event.sealed, event.id)
        names = f"{event.private or ''} {event.personal or ''}".split()
        data = {**event.data, **(dict.fromkeys(names, "") if hidden is None else hidden)}
        event = msgspec.structs.replace(event, data=data, sealed=ERASED if hidden is None else None)
    if event.sealedclient:
        client = _unbox(keys.get(event.actor or event.person or ""), event.sealedclient, event.id) or {}
        event = msgspec.structs.replace(
            event, clientip=client.get("ip"), useragent=client.get("agent"), sealedclient=None
        )
    return event


def _box(key: bytes | None, hidden: Mapping[str, Any], event_id: str) -> str:
    if key is None:
        return ERASED
    nonce = os.urandom(_NONCE_BYTES)
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, _encode(hidden), event_id.encode())).decode()


def _unbox(key: bytes | None, sealed: str, event_id: str) -> dict[str, Any] | None:
    if key is None or sealed == ERASED:
        return None
    box = base64.b64decode(sealed)
    try:
        return _decode(AESGCM(key).decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], event_id.encode()))
    except InvalidTag:
        return None
