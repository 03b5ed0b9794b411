# The service in a small image: one program, no interpreter, no shell needed at run time.
#
#   docker build --tag townbridge .
#   docker build --tag townbridge --build-arg FEATURES=postgres-tls .    # PostgreSQL over TLS

FROM rust:1.95-bookworm AS build
ARG FEATURES=""
WORKDIR /build
COPY . .
# Registry and build results are kept between builds, so the program is copied out.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo build --release --locked --bin townbridge --features "$FEATURES" \
    && install -D target/release/townbridge /out/townbridge

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="Townbridge" \
    org.opencontainers.image.licenses="Apache-2.0"
# Certificates for outgoing https. SQLite and the PostgreSQL client are in the program.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 townbridge \
    && useradd --system --uid 10001 --gid townbridge --home-dir /data --no-create-home \
        --shell /usr/sbin/nologin townbridge \
    && install --directory --owner=townbridge --group=townbridge --mode=0750 /data
COPY --from=build /out/townbridge /usr/local/bin/townbridge
COPY LICENSE /usr/share/doc/townbridge/LICENSE
COPY fonts/OFL.txt /usr/share/doc/townbridge/fonts-OFL.txt
# By number, so that Kubernetes can see that it is not root.
USER 10001:10001
WORKDIR /data
ENV TOWNBRIDGE_DATA_DIR=/data \
    TOWNBRIDGE_SERVER__LISTEN=0.0.0.0:8080
# Database file, search index, mail files, uploads.
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=60s --timeout=30s --start-period=60s --retries=3 \
    CMD ["townbridge", "check"]
ENTRYPOINT ["townbridge"]
CMD ["serve"]
