# siger-pipeline on CPUs, as a user without rights: docs/deploy.md shows how it is run.
ARG PYTHON=3.11

FROM python:${PYTHON}-slim AS build
# An index of PyTorch's CPU builds makes the image gigabytes smaller.
ARG PIP_EXTRA_INDEX_URL=""
# Extras such as [sweep,dask]
ARG EXTRAS=""
WORKDIR /source
RUN python -m venv /opt/siger
COPY pyproject.toml constraints.txt README.md LICENSE .telemetry ./
COPY conf conf
COPY data/01_raw/sample data/01_raw/sample
COPY data/01_raw/samples data/01_raw/samples
COPY src src
# Compiled by hashes of the source, as the caching runner reads it: the user below cannot write it.
RUN /opt/siger/bin/pip install --no-cache-dir --constraint constraints.txt ".${EXTRAS}" && \
    /opt/siger/bin/python -m compileall -q --invalidation-mode checked-hash \
    /opt/siger/lib/python*/site-packages/siger_pipeline

FROM python:${PYTHON}-slim
COPY --from=build /opt/siger /opt/siger
ENV PATH=/opt/siger/bin:$PATH PYTHONUNBUFFERED=1 MPLCONFIGDIR=/tmp/matplotlib
RUN useradd --uid 10001 --create-home siger && install -d -o siger -g siger /project
USER 10001
RUN siger-pipeline init /project
WORKDIR /project
ENTRYPOINT ["siger-pipeline"]
CMD ["run"]
