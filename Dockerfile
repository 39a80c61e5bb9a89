# One image for all parts of the platform; the command selects one: `router`, `subgraph users`, `migrate up`, ...
ARG PYTHON=python:3.13.9-slim-bookworm

FROM ${PYTHON} AS build
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_PYTHON=/usr/local/bin/python UV_PYTHON_DOWNLOADS=never
WORKDIR /app
RUN pip install --no-cache-dir uv==0.13.9
# Dependencies first: they change rarely, so their layer is cached.
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --locked --no-dev --group platform --all-extras --no-install-project
COPY hanse hanse
COPY router router
COPY schema schema
COPY shared shared
COPY subgraphs subgraphs
RUN uv sync --locked --no-dev --group platform --all-extras

FROM ${PYTHON}
RUN groupadd --gid 10001 hanse \
    && useradd --uid 10001 --gid hanse --no-create-home --shell /usr/sbin/nologin hanse \
    && install --directory --owner hanse --group hanse /data /supergraph
COPY --from=build /app /app
# production: no GraphiQL, introspection, suggestions or demo data unless a setting turns them on; errors are masked.
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 ENV=production
WORKDIR /app
USER 10001:10001
EXPOSE 4000
ENTRYPOINT ["hanse"]
CMD ["up", "--no-demo", "--host", "0.0.0.0", "--data", "/data"]
