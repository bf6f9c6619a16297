# Root file systems of Debian 12.
# shellcheck shell=bash disable=SC2154

# bootstrap ROOT PACKAGE...: a Debian with these packages, and nothing that they only recommend.
bootstrap() {
  local root=$1
  shift
  say "  a Debian in $root"
  mkdir -p "$root"
  debootstrap --variant=minbase bookworm "$root" "$CLOUDS_MIRROR" >"$root.log" 2>&1 || die "debootstrap: $(tail -3 "$root.log")"
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" # no service starts while it is installed
  chmod +x "$root/usr/sbin/policy-rc.d"
  cat >"$root/etc/apt/apt.conf.d/90lean" <<'A'
APT::Install-Recommends "false";
DPkg::Options {"--force-unsafe-io"; "--path-exclude=/usr/share/doc/*"; "--path-exclude=/usr/share/man/*"; "--path-exclude=/usr/share/locale/*";};
A
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  packages_into "$root" "$@"
}

# packages_into ROOT PACKAGE...: in a mount name space of its own, so that nothing stays mounted. This machine's folder for
# temporary files may be one that ROOT has not got.
packages_into() {
  local root=$1
  shift
  say "  packages: ${*:1:6}$([ $# -lt 7 ] || echo " and $(($# - 6)) more"), with all that they need"
  # shellcheck disable=SC2016 # expanded by the inner shell
  env -u TMPDIR unshare --mount --propagation private bash -ec '
    root=$1; shift
    mount -t proc proc "$root/proc"
    export DEBIAN_FRONTEND=noninteractive LC_ALL=C
    chroot "$root" apt-get update -qq
    chroot "$root" apt-get install -y -qq "$@"
    chroot "$root" apt-get clean
  ' bash "$root" "$@" >>"$root.log" 2>&1 || die "install packages: $(grep -E '^E:' "$root.log" || tail -3 "$root.log")"
}

# stamp CLOUD changes with all that its root file system is made by.
stamp() { find "$here/lib/root.bash" "$here/$1" -type f | LC_ALL=C sort | xargs cat | sha256sum; }

# is_built CLOUD: a root file system counts only when it is whole, and when nothing has changed since.
is_built() { [ "$(cat "$(root_of "$1")/.ready" 2>/dev/null)" = "$(stamp "$1")" ]; }

# finish CLOUD FROM
finish() {
  local to
  to=$(root_of "$1")
  stamp "$1" >"$2/.ready"
  rm -rf --one-file-system "$to"
  mv "$2" "$to"
  mv "$2.log" "$to.log"
}
