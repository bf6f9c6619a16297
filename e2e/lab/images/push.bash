# An image, put together and pushed by the registry's own protocol: no engine is needed.
# shellcheck shell=bash

api() { curl -sS --fail --max-time 120 "$@"; }
manifest_exists() { api -o /dev/null -I -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' "http://$registry/v2/$(repository "$1")/manifests/${1##*:}" 2>/dev/null; }

# repository NAME:TAG: as Docker Hub files it.
repository() { [[ $1 == */* ]] && echo "${1%:*}" || echo "library/${1%:*}"; }

# pack FOLDER TAR: a layer and, beside it, its compressed form. The same files make the same bytes.
pack() {
  tar -C "$1" --sort=name --mtime=@0 --numeric-owner --owner=0 --group=0 -cf "$2" .
  gzip -nc "$2" >"$2.gz"
}

digest() { echo "sha256:$(sha256sum "$1" | cut -d' ' -f1)"; }

# upload REPOSITORY FILE: a blob, unless the registry has it.
upload() {
  local d location
  d=$(digest "$2")
  api -o /dev/null -I "http://$registry/v2/$1/blobs/$d" 2>/dev/null && return
  location=$(api -X POST -o /dev/null -D - "http://$registry/v2/$1/blobs/uploads/" | tr -d '\r' | sed -n 's/^[Ll]ocation: //p')
  api -T "$2" -H 'Content-Type: application/octet-stream' "$location&digest=$d"
}

# push NAME:TAG CONFIG LAYER...
push() {
  local repo tag=${1##*:} config=$2 layer
  repo=$(repository "$1")
  shift 2
  for layer; do digest "$layer"; done | jq -Rn --argjson config "$config" --arg arch "$arch" \
    '{architecture: $arch, os: "linux", created: "2020-01-01T00:00:00Z", config: $config, rootfs: {type: "layers", diff_ids: [inputs]}}' >"$work/config.json"
  upload "$repo" "$work/config.json"
  for layer; do
    upload "$repo" "$layer.gz"
    jq -n --arg digest "$(digest "$layer.gz")" --argjson size "$(stat -c %s "$layer.gz")" \
      '{mediaType: "application/vnd.docker.image.rootfs.diff.tar.gzip", size: $size, digest: $digest}'
  done | jq -s --arg digest "$(digest "$work/config.json")" --argjson size "$(stat -c %s "$work/config.json")" \
    '{schemaVersion: 2, mediaType: "application/vnd.docker.distribution.manifest.v2+json",
      config: {mediaType: "application/vnd.docker.container.image.v1+json", size: $size, digest: $digest}, layers: .}' >"$work/manifest.json"
  api -X PUT -H 'Content-Type: application/vnd.docker.distribution.manifest.v2+json' --data-binary "@$work/manifest.json" \
    "http://$registry/v2/$repo/manifests/$tag"
}
