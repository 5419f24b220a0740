# The first stage installs from the hash-locked list; the second holds the result, run by an account with no rights.
FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/monnaielocale
WORKDIR /build
COPY requirements-run.lock ./
RUN /opt/monnaielocale/bin/pip install --require-hashes -r requirements-run.lock
COPY . ./
RUN /opt/monnaielocale/bin/pip install --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN groupadd --system --gid 10001 monnaielocale \
    && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/monnaielocale monnaielocale \
    && install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/monnaielocale
COPY --from=build /opt/monnaielocale /opt/monnaielocale
ENV PATH=/opt/monnaielocale/bin:$PATH MONNAIELOCALE_DATA=/var/lib/monnaielocale PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /var/lib/monnaielocale
ENTRYPOINT ["monnaielocale"]
CMD ["--help"]
