"""Objects in a bucket of the S3 protocol: Amazon's, MinIO's, and others'."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterable, AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.storage.protocol import CHUNK, ObjectMissing, Presigned, Served, SizeMismatch, StoreUnavailable
from hanse_subgraph.storage.s3_url import Bucket
from hanse_wire.settings import SettingsError

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client
    from types_aiobotocore_s3.type_defs import CompletedPartTypeDef

PART = 5 * 1024 * 1024  # bytes per part, the minimum of the protocol, since parts are held in memory
CONNECT_SECONDS = 5.0
ATTEMPTS = 3
START_SECONDS = 20.0
MAX_SECONDS = 7 * 24 * 3600  # the protocol's limit for a presigned URL
MAX_LINKS = 10_000
REUSE = timedelta(minutes=5)  # a URL ends with temporary keys, which the SDK renews ten minutes before they expire
DEFAULT_REGION = "us-east-1"
MISSING = {"404", "NoSuchKey", "NotFound"}
PAST_THE_END = {"416", "InvalidRange"}


class S3Store:
    """A bucket. Objects above one part are sent by a multipart upload, which is aborted when it fails."""

    def __init__(self, bucket: Bucket, *, clock: Clock = utc_now) -> None:
        self._bucket = bucket
        self._clock = clock
        self._open_client: S3Client | None = None
        self._signer: S3Client | None = None  # for the public endpoint
        self._temporary_keys = False
        self._downloads: OrderedDict[tuple[str, Served, datetime], _Link] = OrderedDict()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        bucket = self._bucket
        session = AioSession()
        async with AsyncExitStack() as stack:
            try:
                client, signer = await _clients(bucket, session, stack)
                credentials = None if bucket.access_key else await session.get_credentials()
            except BotoCoreError as error:
                raise SettingsError(f"the credentials of bucket {bucket.name!r} cannot be read: {error}") from error
            await _check(client, bucket)
            self._temporary_keys = (
                credentials is not None and (await credentials.get_frozen_credentials()).token is not None
            )
            self._open_client, self._signer = client, signer
            try:
                yield
            finally:
                self._open_client = self._signer = None
                self._downloads.clear()

    async def put(self, key: str, content: AsyncIterable[bytes], *, content_type: str, size: int | None = None) -> int:
        parts = _parts(content, size)
        first = await anext(parts)
        if len(first) == PART:
            return await self._put_parts(key, first, parts, content_type)
        with _failures(key):
            await self._client.put_object(Bucket=self._bucket.name, Key=key, Body=first, ContentType=content_type)
        return len(first)

    async def open(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        if end is not None and end <= start:
            await self.size(key)
            return
        wanted = f"bytes={start}-{'' if end is None else end - 1}"
        try:
            with _failures(key):
                answer = await (
                    self._client.get_object(Bucket=self._bucket.name, Key=key, Range=wanted)
                    if start or end is not None
                    else self._client.get_object(Bucket=self._bucket.name, Key=key)
                )
        except PastTheEnd:
            return
        with _failures(key):
            async with answer["Body"] as body:
                async for chunk in body.iter_chunks(CHUNK):
                    yield chunk

    async def size(self, key: str) -> int:
        with _failures(key):
            return (await self._client.head_object(Bucket=self._bucket.name, Key=key))["ContentLength"]

    async def delete(self, key: str) -> None:
        with _failures(key):
            await self._client.delete_object(Bucket=self._bucket.name, Key=key)

    async def presign_upload(self, key: str, *, size: int, content_type: str, expires: datetime) -> Presigned:
        # Browsers send `content-length` by themselves, and no page may set it: it is signed and not returned.
        wanted = {"Bucket": self._bucket.name, "Key": key, "ContentType": content_type, "ContentLength": size}
        return Presigned("PUT", await self._sign("put_object", wanted, expires), {"content-type": content_type})

    async def presign_download(self, key: str, served: Served, *, expires: datetime) -> Presigned:
        # The same arguments give the same URL, so that browsers find in their cache what they loaded from it.
        known = self._downloads.get((key, served, expires))
        if known is None or known.reused_until <= self._clock():
            wanted = {
                "Bucket": self._bucket.name,
                "Key": key,
                "ResponseCacheControl": "private, max-age=3600, immutable",  # a key's content never changes
                "ResponseContentDisposition": served.disposition,
                "ResponseContentType": served.content_type,
            }
            until = min(expires, self._clock() + REUSE) if self._temporary_keys else expires
            known = self._downloads[key, served, expires] = _Link(
                await self._sign("get_object", wanted, expires), until
            )
            if len(self._downloads) > MAX_LINKS:
                self._downloads.popitem(last=False)
        return Presigned("GET", known.url)

    async def _sign(self, operation: str, wanted: Mapping[str, Any], expires: datetime) -> str:
        assert self._signer is not None, "the store is not opened"
        seconds = min(int((expires - self._clock()).total_seconds()), MAX_SECONDS)
        try:
            return await self._signer.generate_presigned_url(operation, Params=wanted, ExpiresIn=seconds)
        except BotoCoreError as error:
            raise StoreUnavailable(f"a URL cannot be signed: {type(error).__name__}") from error

    @property
    def _client(self) -> S3Client:
        assert self._open_client is not None, "the store is not opened"
        return self._open_client

    async def _put_parts(self, key: str, first: bytes, others: AsyncIterator[bytes], content_type: str) -> int:
        client, bucket = self._client, self._bucket.name
        with _failures(key):
            begun = await client.create_multipart_upload(Bucket=bucket, Key=key, ContentType=content_type)
        upload, written = begun["UploadId"], 0
        done: list[CompletedPartTypeDef] = []
        try:
            with _failures(key):
                async for part in _chain(first, others):
                    number = len(done) + 1
                    sent = await client.upload_part(
                        Bucket=bucket, Key=key, UploadId=upload, PartNumber=number, Body=part
                    )
                    done.append({"ETag": sent["ETag"], "PartNumber": number})
                    written += len(part)
                await client.complete_multipart_upload(
                    Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": done}
                )
        except BaseException:
            with suppress(ClientError, BotoCoreError):  # then a rule of the bucket must remove the parts
                await client.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload)
            raise
        return written


@dataclass(frozen=True, slots=True)
class _Link:
    """A presigned URL, and until when it is given out again."""

    url: str
    reused_until: datetime


class PastTheEnd(Exception):
    """A range begins where the object has ended."""


async def _parts(content: AsyncIterable[bytes], size: int | None) -> AsyncIterator[bytes]:
    """The content in parts of just PART bytes, and a last one, maybe empty. Raises SizeMismatch, before the last."""
    waiting, total = bytearray(), 0
    async for piece in content:
        waiting += piece
        total += len(piece)
        if size is not None and total > size:
            break
        while len(waiting) >= PART:
            yield bytes(memoryview(waiting)[:PART])
            del waiting[:PART]
    if size is not None and total != size:
        raise SizeMismatch(f"The content has not the {size} bytes that it should have.")
    yield bytes(waiting)


async def _chain(first: bytes, others: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for part in others:
        if part:
            yield part


async def _clients(bucket: Bucket, session: AioSession, stack: AsyncExitStack) -> tuple[S3Client, S3Client]:
    """A client for the endpoint, and one that signs URLs for the public endpoint."""
    region = bucket.region or session.get_config_variable("region") or DEFAULT_REGION

    async def connect(endpoint: str | None) -> S3Client:
        return await stack.enter_async_context(
            session.create_client(
                "s3",
                region_name=region,
                endpoint_url=endpoint,
                aws_access_key_id=bucket.access_key,
                aws_secret_access_key=bucket.secret_key,
                config=_config(bucket),
            )
        )

    client = await connect(bucket.endpoint)
    return client, client if bucket.public_endpoint is None else await connect(bucket.public_endpoint)


def _config(bucket: Bucket) -> AioConfig:
    return AioConfig(
        signature_version="s3v4",
        connect_timeout=CONNECT_SECONDS,
        read_timeout=bucket.timeout,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        max_pool_connections=50,
        s3={"addressing_style": "path" if bucket.path_style else "virtual"},
        # Checksums of Amazon's own that other stores do not know.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )


async def _check(client: S3Client, bucket: Bucket) -> None:
    """Raises SettingsError when the bucket is missing, or does not accept the credentials, within START_SECONDS."""
    try:
        async with asyncio.timeout(START_SECONDS):
            await client.head_bucket(Bucket=bucket.name)
    except ClientError as error:
        raise SettingsError(_refusal(_code(error), bucket)) from error
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise SettingsError(
            "no credentials for the object store: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, "
            "or run where a role gives them"
        ) from error
    except (BotoCoreError, TimeoutError) as error:
        message = f"cannot reach the object store at {bucket.shown}: start it, or name another `endpoint`"
        raise SettingsError(message) from error


def _refusal(code: str, bucket: Bucket) -> str:
    if code in MISSING:
        return f"there is no bucket {bucket.name!r} at {bucket.shown}: make it, or name another"
    if code == "403":
        keys = f"access key {bucket.access_key!r}" if bucket.access_key else "credentials"
        return (
            f"the object store at {bucket.shown} refuses the {keys} or its use of bucket {bucket.name!r}: correct the "
            "key, its rights, or `region`"
        )
    return f"the object store at {bucket.shown} answers {code} for bucket {bucket.name!r}: see `region` and `style`"


@contextmanager
def _failures(key: str) -> Iterator[None]:
    """The SDK's errors as those of ObjectStore."""
    try:
        yield
    except ClientError as error:
        code = _code(error)
        if code in MISSING:
            raise ObjectMissing(key) from error
        if code in PAST_THE_END:
            raise PastTheEnd from error
        raise StoreUnavailable(f"the object store answers {code} for {key}") from error
    except BotoCoreError as error:
        raise StoreUnavailable(f"the object store does not answer for {key}: {type(error).__name__}") from error


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "unknown")
