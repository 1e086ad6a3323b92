# Two stages: the first installs, checks the content and learns from it; the second only runs, as nobody in particular,
# and needs to write nothing. An image with broken content can't be built.
FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
RUN python -m venv /opt/porchlight
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY intents intents
COPY content content
RUN /opt/porchlight/bin/pip install ".[learn]" \
 && /opt/porchlight/bin/porchlight check \
 && PORCHLIGHT_CACHE=/opt/porchlight/learned /opt/porchlight/bin/porchlight learn \
 && /opt/porchlight/bin/pip uninstall --yes scikit-learn scipy joblib threadpoolctl

FROM python:3.13-slim
COPY --from=build /opt/porchlight /opt/porchlight
ENV PORCHLIGHT_HOST=0.0.0.0 PORCHLIGHT_CACHE=/opt/porchlight/learned PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 65534:65534
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=3s CMD ["/opt/porchlight/bin/python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
CMD ["/opt/porchlight/bin/porchlight", "serve"]
