# Martlet in one image, for AWS Lambda and for a server: the command chooses.
#
#   docker build -t martlet .                                   a model in the box, for this machine's processor
#   docker run -p 9000:8080 martlet                             the function, behind an emulator of Lambda
#   docker run -p 8080:8080 -e MARTLET_API_KEY=… martlet serve  the API and the chat page
#   docker run -e TELEGRAM_TOKEN=… -v martlet:/var/lib/martlet martlet bot
#
# Another model is a file in the build context (--build-arg MODEL=Models/other.gguf), or anywhere else
# (--build-context models=/srv/models --build-arg MODEL=other.gguf). MODEL= leaves weights out, for hosted models.
#
# Layers, from what changes least: the system's image, the weights, the certificates, the libraries, the program, which is Martlet's own code
# and the only one that a change of it moves. `make lambda-image` builds it, with a cache that it shares through a registry where IMAGE_CACHE
# names one; docs/lambda.md has the sizes.

ARG SWIFT_IMAGE=docker.io/library/swift:6.3-bookworm
ARG SYSTEM_IMAGE=docker.io/library/debian:12-slim

# Where `--build-context models=…` is not given, models come from the checkout.
FROM scratch AS models
COPY Models /

# -- the program, and one library with Swift's runtime, SQLite and all packages, so that the C library is all they need --
FROM ${SWIFT_IMAGE} AS program
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends git ca-certificates libsqlite3-dev zlib1g-dev >/dev/null \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Package.swift Package.resolve[d] ./
COPY scripts/image/link-program scripts/image/
COPY Sources Sources
# The manifest names the test targets, so that their folders have to be there.
COPY Tests Tests
ARG TARGETARCH
# What is compiled stays in a cache of the builder, by architecture: after a change only that is compiled again. The files' dates are
# left out of the layers, so that a library that was linked again is the same layer.
RUN --mount=type=cache,target=/src/.build,id=martlet-build-${TARGETARCH},sharing=locked \
    swift build -c release --product martlet --cache-path .build/cache --static-swift-stdlib -Xswiftc -use-ld=lld \
    && scripts/image/link-program .build/release /out/usr/local \
    && find /out -exec touch --date=@0 {} +

# -- the weights: in the order of their use, and with PERSONA what the model computes of these instructions --
FROM program AS weights
ARG MODEL=fledgling.gguf
ARG PERSONA=
RUN --mount=type=bind,from=models,target=/models \
    mkdir -p /out/models \
    && if [ -n "$MODEL" ]; then \
        /out/usr/local/bin/martlet pack "/models/$MODEL" "/out/models/$MODEL" --quiet ${PERSONA:+--system "$PERSONA"}; \
    fi \
    && find /out/models -exec touch --date=@0 {} +

FROM ${SYSTEM_IMAGE}
COPY --from=weights /out/models /models
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ca-certificates tzdata >/dev/null \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/* /var/log/* \
    && useradd --uid 10001 --user-group --home-dir /var/lib/martlet --create-home --shell /usr/sbin/nologin martlet
COPY --from=program /out/usr/local/lib /usr/local/lib
COPY --from=program /out/usr/local/bin /usr/local/bin

# What is kept lies in /var/lib/martlet; on Lambda nothing but /tmp can be written, and nothing is kept there.
ARG MODEL=fledgling.gguf
ENV MARTLET_MODELS=/models MARTLET_MODEL=${MODEL} MARTLET_HOST=0.0.0.0 XDG_DATA_HOME=/var/lib
VOLUME /var/lib/martlet
USER 10001
EXPOSE 8080
# Only a server has a health to ask for; the function and the bot are judged by whether they run.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["bash", "-c", "tr '\\0' ' ' </proc/1/cmdline | grep -q ' serve' || exit 0; exec 3<>/dev/tcp/127.0.0.1/${MARTLET_PORT:-8080}; printf 'GET /health HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3; head -1 <&3 | grep -q ' 200 '"]
ENTRYPOINT ["martlet"]
CMD ["lambda"]

LABEL org.opencontainers.image.title="Martlet" \
    org.opencontainers.image.description="A language model behind a chat, in one program that needs no other" \
    org.opencontainers.image.licenses="Apache-2.0"
