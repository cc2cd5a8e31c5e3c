# syntax=docker/dockerfile:1
# The collector's image, for linux/amd64 and linux/arm64:
#
#   docker build -t solar-collector .
#   docker buildx build --platform linux/amd64,linux/arm64 -t NAME --push .
#
# Both stages begin at the same image, so that the environment made in the first finds its Python in the second.
ARG PYTHON_IMAGE=docker.io/library/python:3.13-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
COPY requirements/build.txt requirements/runtime.txt requirements/
# Two environments: what builds the project stays behind. pip itself is lent to the second one.
RUN python3 -m venv /opt/build \
    && python3 -m venv --without-pip /opt/solar \
    && /opt/build/bin/pip install --require-hashes -r requirements/build.txt \
    && /opt/build/bin/pip --python /opt/solar/bin/python3 install --no-compile --require-hashes --only-binary :all: -r requirements/runtime.txt
COPY pyproject.toml README.md LICENSE ./
COPY collector collector
# Compiled once, valid whatever happens to the files' dates: with a read-only root nothing could be compiled later.
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /opt/build/bin/pip --python /opt/solar/bin/python3 install --no-compile --no-deps --no-index /wheels/*.whl \
    && /opt/solar/bin/python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/solar

FROM ${PYTHON_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="solar-collector" \
      org.opencontainers.image.description="Collects solar plant readings from vendor clouds within their call limits and writes them to InfluxDB." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# The mount points belong to the collector's user: a new named volume takes over owner and mode from here.
RUN useradd --uid 10001 --gid 0 --no-create-home --home-dir /var/lib/solar-collector --shell /usr/sbin/nologin solar \
    && install -d -o 10001 -g 0 -m 0770 /var/lib/solar-collector /run/solar \
    && install -d /solar/config
COPY --from=build /opt/solar /opt/solar
ENV PATH=/opt/solar/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    SOLAR_STATE_DIR=/var/lib/solar-collector
# A configuration file, where there is one, is /solar/config/collector.yaml.
WORKDIR /solar
USER 10001:0
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["solar-collector", "health"]
ENTRYPOINT ["solar-collector"]
CMD ["run"]
