# Where things are, and how this speaks.
# shellcheck shell=bash disable=SC2034

CLOUDS_NAME=${CLOUDS_NAME:-dev}
CLOUDS_MIRROR=${CLOUDS_MIRROR:-http://deb.debian.org/debian}
LAB_CACHE=${LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/clocker-lab}
PATH=$PATH:/usr/sbin:/sbin

say() { echo "clouds: $*" >&2; }
die() { say "$*"; exit 1; }

[[ $CLOUDS_NAME =~ ^[a-z0-9-]{1,11}$ ]] || die "CLOUDS_NAME '$CLOUDS_NAME': use up to 11 lower-case letters, digits and dashes"

home_of() { echo "/var/lib/clocker-clouds/$CLOUDS_NAME/$1"; } # all state of a running cloud
root_of() { echo "$LAB_CACHE/clouds/$1"; }                   # what it was made of; never written to by a running one

need_root() { [ "$(id -u)" = 0 ] || die "name spaces need root: run it again with sudo -E"; }

need_cloud() {
  [[ $1 == openstack || $1 == libvirt ]] || die "no cloud '$1': openstack or libvirt"
  local program
  for program in debootstrap unshare nsenter tini curl; do
    command -v "$program" >/dev/null || die "this machine lacks $program: 'make prepare' installs it"
  done
}
