"""Objects in a bucket of the S3 protocol: Amazon's, MinIO's, and others'."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING

from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore.exceptions import BotoCoreError, ClientError

from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.config import ConfigError
from hanse_subgraph.storage.protocol import CHUNK, ObjectMissing, Presigned, Served, SizeMismatch, StoreUnavailable
from hanse_subgraph.storage.s3_links import Links
from hanse_subgraph.storage.s3_url import Bucket

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client
    from types_aiobotocore_s3.type_defs import CompletedPartTypeDef

PART = 5 * 1024 * 1024  # bytes sent at once: the least that the protocol allows, since as many are held in memory
CONNECT_SECONDS = 5.0
ATTEMPTS = 3
START_SECONDS = 20.0
MISSING = {"404", "NoSuchKey", "NotFound"}
PAST_THE_END = {"416", "InvalidRange"}


class S3Store:
    """A bucket. Larger objects are sent in parts, which the store joins at the end, or forgets."""

    def __init__(self, bucket: Bucket, *, clock: Clock = utc_now) -> None:
        self._bucket = bucket
        self._links = Links(bucket)
        self._clock = clock
        self._open_client: S3Client | None = None

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """See ObjectStore."""
        async with AioSession().create_client(
            "s3",
            region_name=self._bucket.region,
            endpoint_url=self._bucket.endpoint,
            aws_access_key_id=self._bucket.access_key,
            aws_secret_access_key=self._bucket.secret_key,
            aws_session_token=self._bucket.session_token,
            config=_config(self._bucket),
        ) as client:
            await _check(client, self._bucket)
            self._open_client = client
            try:
                yield
            finally:
                self._open_client = None

    async def put(self, key: str, content: AsyncIterable[bytes], *, content_type: str, size: int | None = None) -> int:
        """See ObjectStore."""
        parts = _parts(content, size)
        first = await anext(parts)
        if len(first) == PART:
            return await self._put_parts(key, first, parts, content_type)
        with _failures(key):
            await self._client.put_object(Bucket=self._bucket.name, Key=key, Body=first, ContentType=content_type)
        return len(first)

    async def open(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """See ObjectStore."""
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
        """See ObjectStore."""
        with _failures(key):
            return (await self._client.head_object(Bucket=self._bucket.name, Key=key))["ContentLength"]

    async def delete(self, key: str) -> None:
        """See ObjectStore."""
        with _failures(key):
            await self._client.delete_object(Bucket=self._bucket.name, Key=key)

    def presign_upload(self, key: str, *, size: int, content_type: str, expires: datetime) -> Presigned:
        """See ObjectStore. The browser sends `content-length` by itself, and no page may set it."""
        headers = {"content-type": content_type}
        signed = {**headers, "content-length": str(size)}
        url = self._links.sign("PUT", key, headers=signed, answered={}, now=self._clock(), expires=expires)
        return Presigned("PUT", url, headers)

    def presign_download(self, key: str, served: Served, *, expires: datetime) -> Presigned:
        """See ObjectStore."""
        answered = {
            "cache-control": "private, max-age=3600, immutable",  # no key is ever given other content
            "content-disposition": served.disposition,
            "content-type": served.content_type,
        }
        url = self._links.sign("GET", key, headers={}, answered=answered, now=self._clock(), expires=expires)
        return Presigned("GET", url)

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


def _config(bucket: Bucket) -> AioConfig:
    return AioConfig(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=bucket.seconds,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        max_pool_connections=50,
        s3={"addressing_style": "path" if bucket.path_style else "virtual"},
        # Checksums of Amazon's own that other stores do not know.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )


async def _check(client: S3Client, bucket: Bucket) -> None:
    """That the bucket is there, and ours to use. Raises ConfigError, within START_SECONDS."""
    try:
        async with asyncio.timeout(START_SECONDS):
            await client.head_bucket(Bucket=bucket.name)
    except ClientError as error:
        raise ConfigError(_refusal(_code(error), bucket)) from error
    except (BotoCoreError, TimeoutError) as error:
        said = f"cannot reach the object store at {bucket.endpoint}: start it, or name another `endpoint`"
        raise ConfigError(said) from error


def _refusal(code: str, bucket: Bucket) -> str:
    if code in MISSING:
        return f"there is no bucket {bucket.name!r} at {bucket.endpoint}: make it, or name another"
    if code == "403":
        return (
            f"the object store at {bucket.endpoint} refuses the access key {bucket.access_key!r} or its use of bucket "
            f"{bucket.name!r}: mend AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, `region`, or the key's rights"
        )
    return f"the object store at {bucket.endpoint} answers {code} for bucket {bucket.name!r}: see `region` and `style`"


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
