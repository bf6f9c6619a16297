# Files out of Debian packages that are not installed.
# shellcheck shell=bash

# unpack FOLDER PACKAGE...: what the packages, of the release that this machine runs, would install.
unpack() {
  local folder=$1 debs
  shift
  debs=$(mktemp -d "$folder.debs.XXXXXX")
  (cd "$debs" && apt-get download -qq -o APT::Sandbox::User=root "$@" >&2)
  local deb
  for deb in "$debs"/*.deb; do dpkg-deb -x "$deb" "$folder"; done
  rm -rf "$debs"
}

# libraries_of PACKAGE...: the packages of the libraries that they are linked with, but those of libc, which
# every machine has, and the ones that only administration and just-in-time compilation call for.
libraries_of() {
  apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances "$@" |
    grep -E '^(lib|zlib1g)' | sort -u |
    grep -Ev -- '^(libc6|libc-|libllvm|libz3|libperl|libnewt|libslang|libdebian|libpam-modules|libsasl2-modules|libtext|libelogind)|-perl$|-common$|:'
}

# depends_on PACKAGE PATTERN: the one that PACKAGE depends on now: postgresql, postgresql-[0-9]+.
depends_on() { apt-cache depends "$1" | sed -En "s/^ *(Pre)?Depends: ($2)\$/\2/p" | head -1; }

# take STAGE ROOT FILE...: copies programs or libraries from STAGE to ROOT, with all that they are linked with.
take() {
  local stage=$1 root=$2 file lib
  shift 2
  for file; do
    copy "$stage$file" "$root$file"
    while read -r lib; do
      [ -e "$root${lib#"$stage"}" ] || copy "$lib" "$root${lib#"$stage"}"
    done < <(LD_LIBRARY_PATH=$stage/usr/lib/$triplet:$stage/lib/$triplet ldd "$stage$file" 2>/dev/null | grep -o '/[^ ]*' || true)
  done
}

copy() { install -D "$(readlink -f "$1")" "$2"; }
