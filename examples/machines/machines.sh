#!/bin/sh
# A provider of machines in shell. It reads one request, answers it, and ends.
#
# The "machines" here are files of $MACHINES, each with what is known of one:
# put the calls of your own cloud in the places that say so. docs/providers/exec.md
# tells what the requests and the answers are. It needs jq.
set -eu

machines=${MACHINES:?set MACHINES to a folder that keeps the machines}
request=$(cat)
# @sh quotes what a shell would read as more than a word.
eval "$(printf '%s' "$request" | jq -r '@sh "action=\(.action) location=\(.location) name=\(.order.name // .machine.name // "") size=\(.order.size // "")"')"

refuse() { jq -n --arg kind "$1" --arg message "$2" '{version: 1, error: {$kind, $message}}'; exit 0; }

# The file of a machine: what is odd in a name doesn't get into a path.
file() { printf '%s/%s.json' "$machines" "$(printf '%s\n%s' "$1" "$2" | sha256sum | cut -c1-32)"; }

create() {
  machine=$(file "$location" "$name")
  # An order is carried out once: what is there already is the answer.
  if [ ! -e "$machine" ]; then
    case ${size:=small} in small | large) ;; *) refuse size "there is no size $size" ;; esac
    [ "$(find "$machines" -name '*.json' | wc -l)" -lt "${MACHINES_MAX:-100}" ] || refuse capacity "all ${MACHINES_MAX:-100} machines are in use"
    # Here a cloud is asked for a machine that gets .order.userData at its first
    # boot, and whose tags keep the location, the name and .order.hostKey.
    printf '%s' "$request" | jq --arg size "$size" --arg id "m-${machine##*/}" '{
      id: $id, name: .order.name, location: .location, hostKey: .order.hostKey, size: $size,
      address: "192.0.2.1", user: "root", state: "running", created: (now | todate)}' >"$machine.new"
    mv "$machine.new" "$machine"
  fi
  jq '{version: 1, machine: .}' "$machine"
}

list() {
  # Here a cloud is asked for the machines that have our tag.
  find "$machines" -name '*.json' -exec cat {} + | jq -s --arg location "$location" \
    '{version: 1, machines: map(select(.location == $location))}'
}

delete() {
  # Here the machine is deleted. That it isn't there is success.
  rm -f "$(file "$location" "$name")"
  jq -n '{version: 1}'
}

sizes() {
  jq -n '{version: 1, sizes: [
    {name: "small", cpus: 2, memoryBytes: 4294967296, price: 0.008, currency: "EUR"},
    {name: "large", cpus: 8, memoryBytes: 17179869184, price: 0.032, currency: "EUR"}]}'
}

mkdir -p "$machines"
case $action in
create) create ;;
list) list ;;
delete) delete ;;
sizes) sizes ;;
*) refuse unsupported "there is no action $action" ;;
esac
