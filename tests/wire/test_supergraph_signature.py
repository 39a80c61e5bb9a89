"""Signatures of supergraphs: what a router accepts, and the error for everything else."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hanse_wire.signing_keys import SigningKey, new_jwk, public_jwks
from hanse_wire.supergraph_signature import (
    MAX_SIGNATURE_CHARACTERS,
    DocumentAltered,
    PublicKeys,
    PublicKeysError,
    SignatureError,
    SignatureForged,
    SignatureMalformed,
    SignatureMissing,
    SignatureOfUnknownKey,
    SupergraphClaims,
    digest,
    open_signing_key,
    sign,
    verify,
)

DOCUMENT = b"type Query { a: Int }"
JWK = new_jwk()
KEY = SigningKey(JWK)
KEYS = PublicKeys.parse(public_jwks([JWK]))


def claims(**changed: Any) -> SupergraphClaims:
    given = {"graph": "shop", "variant": "production", "version": 3, "sha256": digest(DOCUMENT), "iat": 1_800_000_000}
    return SupergraphClaims(**{**given, **changed})


def pem(jwk: dict[str, str]) -> bytes:
    public = SigningKey(jwk).private_key.public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def test_what_is_signed_is_read_again() -> None:
    signed = claims(branch="checkout")
    signature = sign(KEY, signed)
    assert verify(signature, DOCUMENT, KEYS) == signed
    assert jwt.get_unverified_header(signature) == {"alg": "EdDSA", "kid": KEY.key_id}


def test_keys_can_be_rotated_in_both_forms() -> None:
    newer = new_jwk()
    for document in (public_jwks([JWK, newer]), pem(JWK) + b"\n" + pem(newer)):
        keys = PublicKeys.parse(document)
        assert len(keys.key_ids) == 2
        for key in (KEY, SigningKey(newer)):
            assert verify(sign(key, claims()), DOCUMENT, keys) == claims()
    single = json.dumps({name: value for name, value in JWK.items() if name != "d"}).encode()
    assert PublicKeys.parse(single).key_ids == (KEY.key_id,)


def _signed(payload: bytes, **header: Any) -> str:
    headers = {"kid": KEY.key_id, **header}
    return jwt.PyJWS().encode(payload, KEY.private_key, algorithm="EdDSA", headers=headers)


FORGED = jwt.PyJWS().encode(b"{}", Ed25519PrivateKey.generate(), algorithm="EdDSA", headers={"kid": KEY.key_id})
UNSIGNED = jwt.PyJWS().encode(b"{}", "", algorithm="none", headers={"kid": KEY.key_id})


@pytest.mark.parametrize(
    ("signature", "error"),
    [
        (None, SignatureMissing),
        ("", SignatureMissing),
        ("a.b.c", SignatureMalformed),
        ("é", SignatureMalformed),
        ("x" * (MAX_SIGNATURE_CHARACTERS + 1), SignatureMalformed),
        (UNSIGNED, SignatureMalformed),
        (FORGED, SignatureForged),
        (sign(SigningKey(new_jwk()), claims()), SignatureOfUnknownKey),
        (_signed(b"{}", kid="another"), SignatureOfUnknownKey),
        (_signed(b"{}"), SignatureMalformed),
        (_signed(b"[" * 100_0), SignatureMalformed),
        (_signed(json.dumps({"graph": "shop", "version": "3"}).encode()), SignatureMalformed),
        (sign(KEY, claims(sha256="0" * 64)), DocumentAltered),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "signature",  # those differ from run to run
)
def test_what_is_refused(signature: str | None, error: type[SignatureError]) -> None:
    with pytest.raises(error) as raised:
        verify(signature, DOCUMENT, KEYS)
    assert raised.value.code == error.code
    assert "\n" not in str(raised.value)


def test_a_symmetric_key_is_none() -> None:
    public = KEY.private_key.public_key().public_bytes_raw()
    signature = jwt.PyJWS().encode(b"{}", public, algorithm="HS256", headers={"kid": KEY.key_id})
    with pytest.raises(SignatureMalformed):
        verify(signature, DOCUMENT, KEYS)


@pytest.mark.parametrize(
    "document",
    [b"", b"{}", b"[]", b"null", b'{"keys": []}', b'{"keys": 1}', b"-----BEGIN PUBLIC KEY-----\nx\n", b"\xff",
     b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", b'{"keys": [{"kty": "oct", "k": "AAAA"}]}'],
)  # fmt: skip
def test_what_holds_no_public_keys(document: bytes) -> None:
    with pytest.raises(PublicKeysError):
        PublicKeys.parse(document)


def test_the_signing_key_is_created_private_and_published(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "supergraph.json"
    key = open_signing_key(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert open_signing_key(file).key_id == key.key_id
    public = file.with_name("supergraph.public.json")
    assert "d" not in json.loads(public.read_bytes())["keys"][0]
    assert verify(sign(key, claims()), DOCUMENT, PublicKeys.load(public))
    file.unlink()
    newer = open_signing_key(file)  # a rotation: the file of public keys keeps the earlier one
    assert set(PublicKeys.load(public).key_ids) == {key.key_id, newer.key_id}
