# The outer network: one name space with a bridge, and a cable to this machine. Nothing of this machine's own
# network is changed: the cable is one interface with one address, and its removal takes all with it.
# shellcheck shell=bash

outer() { ip -n "$NAMESPACE" "$@"; }

# free_net prints the first 10.9X.0 that no route of this machine knows.
free_net() {
  local n
  for n in 90 91 92 93 94 95 96 97 98 99; do
    [ -n "$(ip route show to root "10.$n.0.0/16")$(ip route show to match "10.$n.0.1" | grep -v ^default)" ] || { echo "10.$n.0"; return; }
  done
  die "all of 10.90.0.0 to 10.99.0.0 is in use: choose with LAB_NET, as in LAB_NET=10.77.0"
}

make_network() {
  exec 9>/run/clocker-lab.lock # two labs must not choose the same addresses
  flock 9
  echo "${LAB_NET:-$(free_net)}" >"$LAB_HOME/net"
  ip netns add "$NAMESPACE"
  outer link set lo up
  outer link add br0 type bridge
  outer addr add "$(net).1/24" dev br0
  outer link set br0 up
  # What is not the lab's is refused at once, so that look-ups of names and registries fail in ms, not in minutes.
  ip netns exec "$NAMESPACE" sysctl -qw net.ipv4.ip_forward=1 net.ipv4.icmp_ratelimit=0
  outer route add prohibit default
  ip link add "$CABLE" type veth peer name cable netns "$NAMESPACE"
  outer link set cable master br0
  outer link set cable up
  ip addr add "$(net).254/24" dev "$CABLE"
  ip link set "$CABLE" up
  exec 9>&-
}

remove_network() {
  ip link delete "$CABLE" 2>/dev/null || true
  ip netns delete "$NAMESPACE" 2>/dev/null || true
}

# plug N WHERE: host N, whose first process or name space is WHERE, gets its interface.
plug() {
  outer link delete "h$1" 2>/dev/null || true
  outer link add "h$1" type veth peer name eth0 netns "$2"
  outer link set "h$1" master br0
  outer link set "h$1" up
}

unplug() {
  outer link delete "h$1" 2>/dev/null || true
  ip netns delete "$NAMESPACE-h$1" 2>/dev/null || true # a bare host's
}
set_cable() { outer link set "h$1" "$2"; }
