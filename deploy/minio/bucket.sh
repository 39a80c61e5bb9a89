#!/bin/sh
# Create the bucket of the media subgraph, and a user with access to that bucket only. Idempotent.
set -eu

mc alias set store http://minio:9000 "$MINIO_ROOT_USER" "$MINIO_ROOT_PASSWORD" >/dev/null
mc mb --ignore-existing store/hanse-media

# Incomplete uploads expire after a day.
if ! mc ilm rule ls store/hanse-media 2>/dev/null | grep -q incoming; then
    mc ilm rule add --prefix incoming/ --expire-days 1 store/hanse-media
fi

mc admin user add store "$MEDIA_ACCESS_KEY" "$MEDIA_SECRET_KEY"
mc admin policy create store hanse-media /etc/hanse/media-policy.json
mc admin policy attach store hanse-media --user "$MEDIA_ACCESS_KEY" || true # fails if it is already attached
