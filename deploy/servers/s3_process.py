"""The process of the S3 server: `python -m deploy.servers.s3_process PORT FOLDER`.

moto implements the protocol without checking signatures. The check accepts only requests signed as specified
(AWS Signature Version 4, in a header or a presigned URL), so that a wrong signature fails as with other servers.
"""

from __future__ import annotations

import logging
import pickle
import signal
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.moto_server.werkzeug_app import create_backend_app
from moto.s3.models import S3Backend, s3_backends
from werkzeug.serving import run_simple
from werkzeug.wrappers import Request, Response

from deploy.servers.s3 import ACCESS_KEY, BUCKET, REGION, SECRET_KEY

ACCOUNT = "123456789012"
SKEW = timedelta(minutes=15)
OPEN = {"OPTIONS"}  # preflight requests of browsers are not signed

Start = Callable[..., Any]
Wsgi = Callable[[dict[str, Any], Start], Iterable[bytes]]


class Refused(Exception):
    """The signature is missing or invalid. The message is the protocol's error code."""


class SignatureCheck:
    """WSGI middleware that responds with 403 to requests that are not signed with the pair of keys."""

    def __init__(self, app: Wsgi) -> None:
        self._app = app
        self._keys = Credentials(ACCESS_KEY, SECRET_KEY)

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Serve one request."""
        request = Request(environ)
        body = request.get_data(cache=False)
        environ["wsgi.input"] = BytesIO(body)
        if request.method not in OPEN:
            try:
                self._check(request, body)
            except Refused as refused:
                body_text = (
                    f"<?xml version='1.0'?><Error><Code>{refused}</Code><Message>Invalid signature.</Message></Error>"
                )
                refusal: Wsgi = Response(body_text, 403, content_type="application/xml")
                return refusal(environ, start)
        return self._app(environ, start)

    def _check(self, request: Request, body: bytes) -> None:
        url = f"{request.host_url.rstrip('/')}{request.environ['RAW_URI']}"
        query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        if "X-Amz-Signature" in query:
            self._check_link(request, url, query)
        else:
            self._check_header(request, url, body)

    def _check_link(self, request: Request, url: str, query: dict[str, str]) -> None:
        moment = _moment(query["X-Amz-Date"])
        if datetime.now(UTC) > moment + timedelta(seconds=int(query["X-Amz-Expires"])):
            raise Refused("AccessDenied")
        # Normalize the client's quoting, as the protocol requires.
        quoted = (f"{name}={quote(text, safe='-_.~')}" for name, text in query.items() if name != "X-Amz-Signature")
        unsigned = f"{url.partition('?')[0]}?{'&'.join(quoted)}"
        signer = S3SigV4QueryAuth(self._keys, "s3", REGION)
        self._compare(signer, request, unsigned, query["X-Amz-SignedHeaders"], query["X-Amz-Date"], query)

    def _check_header(self, request: Request, url: str, body: bytes) -> None:
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        if scheme != "AWS4-HMAC-SHA256":
            raise Refused("AccessDenied")
        fields = {name: value for name, _, value in (part.strip().partition("=") for part in rest.split(","))}
        at = request.headers["x-amz-date"]
        if abs(datetime.now(UTC) - _moment(at)) > SKEW:
            raise Refused("RequestTimeTooSkewed")
        declared = request.headers["x-amz-content-sha256"]
        if len(declared) == 64 and declared != sha256(body).hexdigest():
            raise Refused("XAmzContentSHA256Mismatch")
        given = {"X-Amz-Credential": fields["Credential"], "X-Amz-Signature": fields["Signature"]}
        self._compare(S3SigV4Auth(self._keys, "s3", REGION), request, url, fields["SignedHeaders"], at, given)

    def _compare(
        self, signer: SigV4Auth, request: Request, url: str, signed: str, at: str, given: dict[str, str]
    ) -> None:
        if given["X-Amz-Credential"].partition("/")[0] != ACCESS_KEY:
            raise Refused("InvalidAccessKeyId")
        headers = {name: request.headers.get(name, "") for name in signed.split(";")}
        again = AWSRequest(method=request.method, url=url, headers=headers)
        again.context["timestamp"] = at
        expected = signer.signature(signer.string_to_sign(again, signer.canonical_request(again)), again)
        if not compare_digest(expected, given["X-Amz-Signature"]):
            raise Refused("SignatureDoesNotMatch")


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def main(port: int, folder: Path) -> None:
    """Serve until stopped, then write the objects to the folder."""
    backend, kept = s3_backends[ACCOUNT]["aws"], folder / "buckets.pickle"
    if kept.exists():
        backend.buckets = pickle.loads(kept.read_bytes())  # our own file, of the previous run
    if BUCKET not in backend.buckets:
        backend.create_bucket(BUCKET, REGION)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # otherwise, a line per request
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        run_simple("127.0.0.1", port, SignatureCheck(create_backend_app("s3")), threaded=True)
    finally:
        _keep(backend, kept)


def _keep(backend: S3Backend, place: Path) -> None:
    part = place.with_suffix(".part")
    part.write_bytes(pickle.dumps(backend.buckets))
    part.replace(place)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
