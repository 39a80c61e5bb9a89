"""Looking into the bucket of the S3 server past our own code."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from types_aiobotocore_s3 import S3Client

from deploy.servers.s3 import ACCESS_KEY, BUCKET, REGION, SECRET_KEY, S3Server


def client_of(server: S3Server) -> AbstractAsyncContextManager[S3Client]:
    """A client with the server's own keys."""
    return AioSession().create_client(
        "s3",
        region_name=REGION,
        endpoint_url=server.endpoint,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=AioConfig(s3={"addressing_style": "path"}),
    )


async def keys_in(server: S3Server) -> list[str]:
    """The keys of all objects, and of uploads that were begun and not ended."""
    async with client_of(server) as client:
        objects = (await client.list_objects_v2(Bucket=BUCKET)).get("Contents", [])
        begun = (await client.list_multipart_uploads(Bucket=BUCKET)).get("Uploads", [])
        return sorted([found["Key"] for found in objects] + [f"begun: {found['Key']}" for found in begun])


async def emptied(server: S3Server) -> None:
    """Remove everything."""
    async with client_of(server) as client:
        for found in (await client.list_objects_v2(Bucket=BUCKET)).get("Contents", []):
            await client.delete_object(Bucket=BUCKET, Key=found["Key"])
        for begun in (await client.list_multipart_uploads(Bucket=BUCKET)).get("Uploads", []):
            await client.abort_multipart_upload(Bucket=BUCKET, Key=begun["Key"], UploadId=begun["UploadId"])
