# The service as an image: `docker build -t recruitment-pack-assistant .`, or through compose.yaml.
# For a release pin both images by digest, in CI: --build-arg PYTHON_IMAGE=python:3.12-slim-bookworm@sha256:<digest>
ARG PYTHON_IMAGE=python:3.12-slim-bookworm
ARG NODE_IMAGE=node:22-bookworm-slim

# The style and the script of the pages. Nothing of Node goes any further.
FROM ${NODE_IMAGE} AS pages
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-audit --no-fund
COPY assistant/web/styles assistant/web/styles
COPY assistant/web/element assistant/web/element
RUN mkdir built \
    && node_modules/.bin/sass --pkg-importer=node --style=compressed --no-source-map --no-charset --no-error-css \
        assistant/web/styles/site.scss built/site.css \
    && node_modules/.bin/esbuild assistant/web/element/role-assistant.js --minify --format=esm --target=es2022 \
        --log-level=warning --outfile=built/role-assistant.js

# Of the lock, what runs the service: the lock holds what tests need too. Every package is checked by its hash.
FROM ${PYTHON_IMAGE} AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
COPY pyproject.toml requirements.lock ./
COPY deploy/serving_lock.py ./
RUN python -m venv all \
    && all/bin/python -m pip install --quiet --require-hashes --no-deps -r requirements.lock \
    && all/bin/python serving_lock.py pyproject.toml requirements.lock > serving.lock \
    && python -m venv /venv \
    && /venv/bin/python -m pip install --quiet --require-hashes --no-deps -r serving.lock \
    && /venv/bin/python -m pip uninstall --quiet --yes pip

FROM ${PYTHON_IMAGE}
# Nobody signs in as this user, and it owns nothing but the folders that are written to.
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin assistant \
    && install -d -o assistant -g assistant /data /data/packs /index
COPY --from=packages /venv /venv
WORKDIR /app
COPY knowledge knowledge
COPY assistant assistant
# The console says which of these a change of the pack touches.
COPY evals/cases evals/cases
COPY ingest.py server.py ./
COPY --from=pages /build/built assistant/web/static/built
# Bytecode now: at run time nothing here can be written.
RUN /venv/bin/python -m compileall -q /venv/lib knowledge assistant ingest.py server.py
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    ORT_DISABLE_TELEMETRY=1 DATA_DIR=/data HOST=0.0.0.0 PORT=8000 LOG_FORMAT=json
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/healthz', timeout=2)"]
ENTRYPOINT ["python"]
CMD ["server.py"]
