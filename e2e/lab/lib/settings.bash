# Where things are, and how the lab speaks. Nothing here has an effect but settle and forget.
# shellcheck shell=bash disable=SC2034

LAB=${LAB_COMMAND:-$0}
LAB_NAME=${LAB_NAME:-dev}
LAB_HOME=/var/lib/clocker-lab/$LAB_NAME # only root may write there; all state of this lab
LAB_CACHE=${LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/clocker-lab}
ENGINE29_BIN=${ENGINE29_BIN:-}

NAMESPACE=clocker-$LAB_NAME # the outer network name space
CGROUP=clocker-$LAB_NAME    # the control group above all containers
CABLE=lab-$LAB_NAME         # the interface by which this machine sees the hosts
SYSTEM_PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
PATH=$PATH:/usr/sbin:/sbin

say() { echo "lab: $*" >&2; }
die() { say "$*"; exit 1; }

[[ $LAB_NAME =~ ^[a-z0-9-]{1,11}$ ]] || die "LAB_NAME '$LAB_NAME': use up to 11 lower-case letters, digits and dashes"

# net is the first three numbers of the lab's addresses, address N that of host N, mirror that of the registry.
net() { cat "$LAB_HOME/net"; }
address() { echo "$(net).$((10 + $1))"; }
mirror() { cat "$LAB_HOME/mirror"; }

# host_numbers lists the hosts that were ever booted, running or not.
host_numbers() {
  local d
  for d in "$LAB_HOME"/hosts/h*; do [ ! -d "$d" ] || echo "${d##*/h}"; done | sort -n
}

settle() {
  mkdir -p "$LAB_HOME"/{run,hosts,keys,client,log} "$LAB_CACHE"
  chmod 700 "$LAB_HOME"
}

forget() {
  rm -rf --one-file-system "$LAB_HOME"
  rmdir --ignore-fail-on-non-empty /var/lib/clocker-lab
}
