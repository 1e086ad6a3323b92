# Two stages: the first checks the content, trains on it and installs what is needed to run; the second only runs, as an
# unprivileged user, and needs to write nothing. An image with broken content can't be built. All packages are locked.
# deploy/image_steps.py runs these very lines without Docker.
FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY requirements.lock requirements-build.lock ./
RUN python -m venv /opt/build \
 && /opt/build/bin/python -m pip install --require-hashes --requirement requirements-build.lock \
 && python -m venv /opt/porchlight \
 && /opt/porchlight/bin/python -m pip install --require-hashes --requirement requirements.lock
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY bot bot
COPY intents intents
COPY content content
RUN /opt/build/bin/python -m bot check \
 && /opt/build/bin/python -m pip wheel --no-deps --no-build-isolation --wheel-dir /opt/built . \
 && /opt/porchlight/bin/python -m pip install --no-deps /opt/built/*.whl \
 && /opt/porchlight/bin/porchlight learn

FROM python:3.13-slim
COPY --from=build /opt/porchlight /opt/porchlight
ENV PORCHLIGHT_HOST=0.0.0.0 PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 65534:65534
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=3s CMD ["/opt/porchlight/bin/python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
CMD ["/opt/porchlight/bin/porchlight", "serve"]
