# The program in an image: docker run --rm -v ~/.config/clocker:/root/.config/clocker -v ~/.ssh:/root/.ssh:ro \
#   -v "$PWD:/work" clocker-compose up -d
FROM --platform=$BUILDPLATFORM golang:1.26-alpine AS build
ARG TARGETOS TARGETARCH VERSION=v0.0.0-dev
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN sh weave/build-driver.sh
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$VERSION" -o /out/clocker-compose ./cmd/clocker-compose

FROM alpine:3.22
# ssh reaches hosts by ssh://
RUN apk add --no-cache ca-certificates openssh-client
COPY --from=build /out/clocker-compose /usr/local/bin/clocker-compose
WORKDIR /work
ENTRYPOINT ["clocker-compose"]
