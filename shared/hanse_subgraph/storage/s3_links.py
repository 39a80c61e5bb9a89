"""Presigned requests of the S3 protocol: AWS Signature Version 4, in the query of a URL.

Nothing is asked of the store for them. Specification: "Authenticating Requests: Using Query Parameters (AWS Signature
Version 4)" in Amazon's S3 API reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from hanse_subgraph.storage.s3_url import Bucket

UNRESERVED = "-_.~"
MOST_SECONDS = 7 * 24 * 3600  # the protocol's limit


class Links:
    """Signs requests on the objects of a bucket."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        keys = Credentials(bucket.access_key, bucket.secret_key, bucket.session_token)
        self._signer = S3SigV4QueryAuth(keys, "s3", bucket.region)

    def sign(
        self,
        method: str,
        key: str,
        *,
        headers: Mapping[str, str],
        answered: Mapping[str, str],
        now: datetime,
        expires: datetime,
    ) -> str:
        """The URL for a request with just these headers; `answered` are headers that the answer shall have.

        It is signed as of the last full hour, so that the same request is the same URL for a while, and browsers keep
        what they have had from it.
        """
        signed_at = now.replace(minute=0, second=0, microsecond=0)
        seconds = min(int((expires - signed_at).total_seconds()), MOST_SECONDS)
        url = self._bucket.public_url(key)
        request = AWSRequest(method=method, url=url, headers=dict(headers))
        request.context["timestamp"] = signed_at.strftime("%Y%m%dT%H%M%SZ")
        query = {
            **{f"response-{name}": value for name, value in answered.items()},
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": self._signer.scope(request),
            "X-Amz-Date": request.context["timestamp"],
            "X-Amz-Expires": str(seconds),
            "X-Amz-SignedHeaders": self._signer.signed_headers(self._signer.headers_to_sign(request)),
        }
        if self._bucket.session_token is not None:
            query["X-Amz-Security-Token"] = self._bucket.session_token
        request.url = f"{url}?{'&'.join(f'{name}={quote(value, safe=UNRESERVED)}' for name, value in query.items())}"
        text = self._signer.string_to_sign(request, self._signer.canonical_request(request))
        return f"{request.url}&X-Amz-Signature={self._signer.signature(text, request)}"
