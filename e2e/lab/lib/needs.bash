# What a machine must have for a lab, checked before anything is made.
# shellcheck shell=bash

need_root() { [ "$(id -u)" = 0 ] || die "name spaces and engines need root: run it again with sudo -E"; }
need_lab() { [ -e "$LAB_HOME/ready" ] || die "lab $LAB_NAME is not up: '$LAB up' brings it up"; }

need_host() {
  need_lab
  [[ ${1:-} =~ ^h?[0-9]+$ ]] && [ -d "$LAB_HOME/hosts/h${1#h}" ] || die "no host '${1:-}': see '$LAB hosts'"
}

# The Debian package of each program that a lab calls.
packages() {
  cat <<'P'
ip iproute2
iptables iptables
unshare util-linux
tini tini
dockerd docker.io
docker docker.io
sshd openssh-server
ssh openssh-client
openssl openssl
curl curl
docker-registry docker-registry
P
  # for images without a registry
  cat <<'P'
jq jq
busybox busybox-static
dpkg-deb dpkg
P
}

# What bare hosts need besides.
bare_packages() {
  cat <<'P'
systemd-nspawn systemd-container
debootstrap debootstrap
dpkg-scanpackages dpkg-dev
P
}

# missing_packages [LIST]: those of a list of packages whose program isn't here.
missing_packages() {
  local program package
  "${1:-packages}" | while read -r program package; do
    command -v "$program" >/dev/null || echo "$package"
  done | sort -u
}

need_everything() { # GENERATION
  [ "$(uname -s)" = Linux ] || die "a lab needs Linux: on another system run it in a virtual machine"
  need_root
  local missing
  missing=$(missing_packages | paste -sd' ')
  if [ -n "$missing" ]; then
    command -v apt-get >/dev/null || die "this machine lacks what Debian calls: $missing. Install its equivalents"
    die "this machine lacks $missing: install with 'apt-get install $missing', or let 'make demo' do it"
  fi
  [[ $1 =~ ^(20|29)$ ]] || die "no engine '$1': 20 or 29"
  [ "$1" = 20 ] || [ -x "$ENGINE29_BIN/dockerd" ] ||
    die "engine 29 is not here: set ENGINE29_BIN to the folder of its programs, or build them with 'make engine29'"
}

need_bare() {
  local missing
  missing=$(missing_packages bare_packages | paste -sd' ')
  [ -z "$missing" ] || die "bare hosts need $missing: install with 'apt-get install $missing'"
}
