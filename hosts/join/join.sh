# Makes this machine a host of a pool, or tells what keeps it from being one.
#
#   sh join.sh MODE [KEY=VALUE]...
#
# MODE is join (what is missing is done), check (nothing is changed), listen (something that answers on the ports
# stands there for a moment) or reach (whether other hosts are reached). Each line of its output is for a program:
# STATUS, CHECK, WORDS and REMEDY, separated by tabs. STATUS is ok, did, need (what join would do), fault (what a
# person has to do), wait (what takes time has begun) or fact (WORDS is a value). It can be cut short anywhere: the
# next run finishes what this one began.
# shellcheck shell=sh disable=SC1091,SC2086,SC2317 # os-release is there; words are packages; functions are called by name
set -u
export LC_ALL=C DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l # other services are left alone
# A user's path may lack what root's has.
[ "${CLOCKER_JOIN_PATH:-}" ] || export PATH="$PATH:/usr/sbin:/sbin:/usr/local/sbin"

mode=${1:-check}
[ $# = 0 ] || shift
docker=distribution version='' metadata='' user='' now='' patience=180 ports='6783/tcp 6785/tcp 6783/udp 6784/udp' to=''
for pair in "$@"; do
  case $pair in
    docker=* | version=* | metadata=* | user=* | now=* | patience=* | to=*) eval "${pair%%=*}=\${pair#*=}" ;;
  esac
done

faults=0
say() { printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$(printf %s "$3" | tr '\t\n' '  ')" "${4:-}"; }
ok() { say ok "$@"; }
fact() { say fact "$@"; }
fault() { faults=$((faults + 1)); say fault "$@"; }
has() { command -v "$1" >/dev/null 2>&1; }
root() { [ "$(id -u)" = 0 ]; }

# change CHECK WHAT-WILL-BE WHAT-WAS COMMAND...: does it, or in a check says that it would.
change() {
  check=$1 will=$2 was=$3
  shift 3
  if [ "$mode" != join ]; then say need "$check" "$will"; return 0; fi
  say wait "$check" "$will"
  if "$@" >"$log" 2>&1; then say did "$check" "$was"; return 0; fi
  fault "$check" "cannot $will: $(why)" "$(fix)"
  return 1
}

# why is the line of the log that tells most: what programs say of a cause comes before what they say of the failure.
why() {
  line=''
  for signs in 'no space left|another program has been' '^(e:|error|fatal|err)' 'could not|unable|failed|cannot' .; do
    line=$(grep -iE "$signs" "$log" | tail -n 1 | cut -c1-300)
    [ -z "$line" ] || break
  done
  echo "${line:-it said nothing}"
}

# fix is what to do about a change that failed.
fix() {
  if grep -qi 'no space left' "$log"; then
    echo "make room there, then run this again: df -h"
  elif grep -q 'another program has been' "$log"; then
    echo 'wait until it is done, then run this again: ps ax | grep -e apt -e dpkg -e dnf -e apk'
  else
    echo "${remedy:-run this again; if it fails again, log in there and do it by hand}"
  fi
}

detect() {
  ID='' ID_LIKE='' VERSION_CODENAME='' PRETTY_NAME=''
  [ ! -r /etc/os-release ] || . /etc/os-release
  if has apt-get; then packager=apt; elif has dnf; then packager=dnf; elif has apk; then packager=apk; else packager=''; fi
  if has systemctl && [ -d /run/systemd/system ]; then init=systemd; elif has rc-service; then init=openrc; else init=''; fi
  fact system "${PRETTY_NAME:-$(uname -s)}"
}

check_user() {
  if root; then ok user "${user:-root} may do everything"; return; fi
  fault user "$(id -un) may not become root without a password" \
    "log in as root, or let it: echo '$(id -un) ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/clocker, as root"
}

check_system() {
  if [ "$(uname -s)" != Linux ]; then fault system "it runs $(uname -s), not Linux" 'use a Linux machine'; return; fi
  if [ -n "$packager" ] || has docker; then ok system "${PRETTY_NAME:-Linux} on $(uname -m)"; return; fi
  fault system "${PRETTY_NAME:-this system} has no package manager that we know (apt, dnf or apk)" \
    'install Docker there by hand, then run this again: https://docs.docker.com/engine/install'
}

# loadable MODULE: whether the kernel has it. BusyBox and kmod have this flag of modprobe in common.
loadable() { modprobe -D "$1" >/dev/null 2>&1; }

check_kernel() {
  release=$(uname -r)
  major=${release%%.*}
  if [ "$major" -lt 4 ] 2>/dev/null; then
    fault kernel "Linux $release is too old for container networks" 'upgrade the machine to one with Linux 4 or newer'
  elif ! grep -qw overlay /proc/filesystems && ! loadable overlay; then
    fault kernel "Linux $release has no overlay file system" "install the kernel's modules, or reboot into the kernel that is installed"
  elif ! grep -q cgroup /proc/filesystems; then
    fault kernel "Linux $release has no control groups" 'use a machine of its own, not a container'
  else
    ok kernel "Linux $release"
  fi
}

# check_clock compares with the clock of who asks: certificates and logs need clocks that agree.
check_clock() {
  [ -n "$now" ] || return 0
  off=$(($(date +%s) - now))
  side=ahead
  [ "$off" -ge 0 ] || side=behind off=$((-off))
  if [ "$off" -le 60 ]; then ok clock 'agrees with yours'; return; fi
  much="$((off / 3600)) hours"
  [ "$off" -ge 7200 ] || much="$((off / 60)) minutes"
  fault clock "is $much $side yours" 'let it be set: timedatectl set-ntp true, or install chrony'
}

free_megabytes() { df -Pk "$1" 2>/dev/null | awk 'NR==2 {printf "%d", $4 / 1024}'; }
nearest() { p=$1; while [ ! -d "$p" ]; do p=$(dirname "$p"); done; echo "$p"; }

check_disk() {
  least=1024
  ! has dockerd || least=256
  for folder in /var/lib/docker /var/cache /usr /tmp; do
    at=$(nearest "$folder")
    free=$(free_megabytes "$at")
    need=$least
    [ "$folder" != /tmp ] || need=16
    if [ -n "$free" ] && [ "$free" -lt "$need" ]; then
      fault disk "$free MiB are free at $at, of the $need that it takes" "make room there: df -h $at; du -xh $at | sort -h | tail"
      return
    fi
  done
  ok disk "$(free_megabytes "$(nearest /var/lib/docker)") MiB are free"
}

check_identity() {
  id=$(cat /etc/machine-id 2>/dev/null)
  if [ -n "$id" ]; then
    fact machine-id "$id"
  elif [ "$init" = systemd ]; then
    change identity 'make a machine ID' 'made a machine ID' systemd-machine-id-setup
  fi
}

# listens PROTOCOL PORT: whether something does. State 0A is TCP's listening.
listens() {
  state=0A
  [ "$1" = tcp ] || state=07
  cat "/proc/net/$1" "/proc/net/${1}6" 2>/dev/null | awk -v port="$(printf ':%04X' "$2")" -v state="$state" \
    'substr($2, length($2) - 4) == port && $4 == state {found = 1} END {exit !found}'
}

# owner PROTOCOL PORT prints the program that has it, where that can be told.
owner() {
  flag=-lntp
  [ "$1" = tcp ] || flag=-lnup
  ! has ss || ss -H $flag "sport = :$2" 2>/dev/null | sed -n 's/.*users:(("\([^"]*\)".*/\1/p' | head -n 1
}

check_ports() {
  taken=''
  for port in 6783/tcp 6783/udp 6784/udp; do
    listens "${port#*/}" "${port%/*}" || continue
    who=$(owner "${port#*/}" "${port%/*}")
    case $who in weaver) continue ;; esac
    [ -z "$who" ] && docker ps -q -f label=io.clocker.fabric=router 2>/dev/null | grep -q . && continue
    taken="$taken $port${who:+ (by $who)}"
  done
  if [ -n "$taken" ]; then
    fault ports "taken already:$taken" 'end the program that has them: ss -lntup shows it'
  else
    ok ports 'those of the network are free, or its own'
  fi
}

# check_firewall finds the ones that distributions come with. They are opened by a person, who knows for whom.
check_firewall() {
  root || return 0
  if has firewall-cmd && firewall-cmd --state >/dev/null 2>&1; then
    for port in 6783/tcp 6783/udp 6784/udp 6785-6795/tcp; do
      firewall-cmd --quiet --query-port="$port" || {
        fault firewall "firewalld keeps $port closed" \
          'firewall-cmd --permanent --add-port={6783/tcp,6783/udp,6784/udp,6785-6795/tcp} && firewall-cmd --reload'
        return
      }
    done
  elif has ufw && ufw status 2>/dev/null | grep -q '^Status: active'; then
    ufw status | grep -qE '^(6783|Anywhere )' || {
      fault firewall 'ufw keeps 6783 closed' 'ufw allow from OTHER-HOST to any port 6783:6795 proto tcp; and 6783:6784 proto udp'
      return
    }
  fi
  ok firewall 'none of the distribution is in the way'
}

# ---- Docker

install_docker() {
  if has dockerd || { has docker && answers; }; then # the client alone is no engine
    ok docker "installed: $(docker --version 2>/dev/null | sed 's/^Docker version //; s/,.*//')"
    return
  fi
  from="from ${ID:-the distribution}"
  [ "$docker" = distribution ] || from='from docker.com'
  remedy=''
  case $packager/$docker in
    apt/* | dnf/* | apk/distribution) ;;
    apk/*) fault docker 'docker.com has no packages for Alpine' 'say docker: distribution in the template'; return ;;
    *) return ;; # check_system has said why
  esac
  if [ "$packager" = dnf ] && [ "$docker" = distribution ] && [ "$ID" != fedora ]; then
    fault docker "$ID has no package of Docker" 'say docker: docker.com in the template'
    return
  fi
  change docker "install Docker${version:+ $version} $from" "installed Docker $from" "install_by_$packager" || {
    [ -n "$remedy" ] || return 0
  }
}

# locked tells that somebody else was at the packages.
locked() { grep -qE 'Could not get lock|is another process using it|locked by another process|Unable to (acquire|lock)|waiting for .*lock' "$log.try"; }

# patiently COMMAND...: again while another holds the packages.
patiently() {
  left=$patience
  while :; do
    "$@" >"$log.try" 2>&1 && { cat "$log.try"; return 0; }
    cat "$log.try"
    if ! locked || [ "$left" -le 0 ]; then break; fi
    sleep 3
    left=$((left - 3))
  done
  ! locked || echo "E: another program has been at the packages for $patience seconds"
  return 1
}

install_by_apt() {
  patiently dpkg --configure -a || return 1 # what was cut short
  packages="docker.io"
  if [ "$docker" = docker.com ]; then
    packages='docker-ce docker-ce-cli containerd.io'
    add_apt_source || return 1
  fi
  [ ! -d /sys/module/apparmor ] || packages="$packages apparmor"
  patiently apt-get update -qq || return 1
  [ -z "$version" ] || packages=$(pin_apt "$packages") || return 1
  patiently apt-get install -yqq --no-install-recommends $packages ca-certificates xz-utils
}

# pin_apt PACKAGES: with the newest version that begins as asked for.
pin_apt() {
  for p in $1; do
    case $p in
      docker*)
        v=$(apt-cache madison "$p" | awk '{print $3}' | grep -E "^([0-9]+:)?$(printf %s "$version" | sed 's/\./\\./g')([^0-9]|\$)" | head -n 1)
        [ -n "$v" ] || { echo "E: there is no version $version of $p: apt-cache madison $p lists those that there are" >&2; return 1; }
        p=$p=$v
        ;;
    esac
    printf '%s ' "$p"
  done
}

fetch() { if has curl; then curl -fsSL "$1" -o "$2"; else wget -qO "$2" "$1"; fi; }

add_apt_source() {
  has curl || has wget || patiently apt-get install -yqq --no-install-recommends curl ca-certificates || return 1
  base=$ID
  case $ID in debian | ubuntu | raspbian) ;; *) case $ID_LIKE in *ubuntu*) base=ubuntu ;; *) base=debian ;; esac ;; esac
  mkdir -p /etc/apt/keyrings /etc/apt/sources.list.d
  fetch "https://download.docker.com/linux/$base/gpg" /etc/apt/keyrings/docker.asc || return 1
  chmod a+r /etc/apt/keyrings/docker.asc
  echo "deb [arch=$(dpkg --print-architecture) signed-by=/etc/apt/keyrings/docker.asc] https://download.docker.com/linux/$base $VERSION_CODENAME stable" \
    >/etc/apt/sources.list.d/docker.list
}

install_by_dnf() {
  packages=moby-engine
  if [ "$docker" = docker.com ]; then
    base=$ID
    case $ID in fedora | rhel | centos) ;; *) base=centos ;; esac
    fetch "https://download.docker.com/linux/$base/docker-ce.repo" /etc/yum.repos.d/docker-ce.repo || return 1
    packages='docker-ce docker-ce-cli containerd.io'
  fi
  [ -z "$version" ] || packages=$(pin_dnf "$packages")
  patiently dnf -yq install $packages || return 1
  has docker || patiently dnf -yq install docker-cli
}

# pin_dnf PACKAGES: with versions that begin as asked for.
pin_dnf() {
  for p in $1; do
    case $p in docker* | moby*) p="$p-$version*" ;; esac
    printf '%s ' "$p"
  done
}

install_by_apk() {
  patiently apk add "docker${version:+~$version}" && return
  grep -q 'docker.*no such package' "$log.try" || return 1
  echo "error: no package docker: it is in the repository community, which /etc/apk/repositories leaves out"
  return 1
}

# ---- what a host of a pool needs besides

# load_modules: the datapath in the kernel is the fast one. A kernel without it carries packets all the same.
load_modules() {
  file=/etc/modules-load.d/clocker.conf
  [ "$init" != openrc ] || file=/etc/modules
  found=''
  for module in overlay br_netfilter openvswitch vxlan; do
    loadable "$module" && found="$found $module"
  done
  missing=''
  for module in $found; do
    grep -qsx "$module" "$file" && { [ -d "/sys/module/$module" ] || modprobe -D "$module" | grep -q ^builtin; } || missing="$missing $module"
  done
  if [ -z "$missing" ]; then ok modules "loaded:${found:- those that the kernel has built in}"; return; fi
  change modules "load the kernel's modules$missing, at boot too" "loaded the kernel's modules$missing" add_modules "$file"
}

add_modules() {
  mkdir -p "$(dirname "$1")"
  for module in $missing; do
    modprobe "$module" || return 1
    grep -qsx "$module" "$1" || echo "$module" >>"$1"
  done
}

set_kernel() {
  file=/etc/sysctl.d/90-clocker.conf
  if [ "$(cat /proc/sys/net/ipv4/ip_forward)" = 1 ] && [ -e "$file" ]; then ok forwarding 'packets are forwarded'; return; fi
  change forwarding 'let packets be forwarded, at boot too' 'packets are forwarded' forward "$file"
}

forward() {
  mkdir -p /etc/sysctl.d
  echo 'net.ipv4.ip_forward = 1' >"$1"
  echo 1 >/proc/sys/net/ipv4/ip_forward
}

answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }
enabled() { case $init in systemd) systemctl -q is-enabled docker ;; openrc) rc-update show default | grep -qw docker ;; esac; }

start_engine() {
  if ! has docker; then
    [ "$mode" = join ] || say need engine 'start the engine, at boot too'
    return
  fi
  if [ -z "$init" ]; then
    answers || fault engine 'it runs neither systemd nor OpenRC, so nothing starts the engine' 'start dockerd there by hand'
    return
  fi
  remedy="look at what the engine says: journalctl -u docker -n 50"
  [ "$init" != openrc ] || remedy="look at what the engine says: tail /var/log/docker.log"
  if ! enabled; then
    change boot 'start the engine at boot' 'the engine starts at boot' enable_engine || return 0
  else
    ok boot 'the engine starts at boot'
  fi
  if root && ! answers; then
    change engine 'start the engine' 'started the engine' run_engine || return 0
  fi
  look=${remedy##*: } remedy=''
  [ "$mode" = join ] || answers || return 0
  running=$(docker version --format '{{.Server.Version}}' 2>/dev/null)
  case $running in
    1[0-8].* | [0-9].*) fault engine "Docker $running is too old" 'upgrade it to 19.03 or newer' ;;
    '') root && fault engine 'the engine does not answer' "$look" ;;
    *) ok engine "Docker $running answers" ;;
  esac
  engine=$(docker info --format '{{.ID}}' 2>/dev/null)
  [ -z "$engine" ] || fact engine-id "$engine"
}

enable_engine() { if [ "$init" = systemd ]; then systemctl enable docker; else rc-update add docker default; fi; }

run_engine() {
  if [ "$init" = systemd ]; then
    systemctl reset-failed docker 2>/dev/null
    systemctl start docker
  else
    rc-service docker start
  fi || { ! has journalctl || journalctl -u docker -n 20 --no-pager -o cat | grep -i failed | tail -n 1; return 1; }
  left=60
  until answers; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || { echo 'error: it does not answer within a minute'; return 1; }
    sleep 1
  done
}

# admit lets the user who logs in use the engine.
admit() {
  [ -n "$user" ] && [ "$user" != root ] || return 0
  if id -nG "$user" 2>/dev/null | grep -qw docker; then ok group "$user is in the group docker"; return; fi
  if ! grep -q '^docker:' /etc/group; then [ "$mode" = join ] || say need group "let $user use Docker"; return; fi
  change group "let $user use Docker" "$user may use Docker" add_to_group
}
add_to_group() { if has usermod; then usermod -aG docker "$user"; else addgroup "$user" docker; fi; }

# unlock_root undoes a password that has expired before anybody could set one, as some clouds give to root.
unlock_root() { [ "$mode" != join ] || ! has chage || chage -d "$(date +%F)" -M -1 root 2>/dev/null || true; }

# close_metadata keeps containers from a cloud's metadata service, which tells whoever asks what the machine was made
# with, its private host key too. What the host itself sends isn't forwarded, and passes. Google resolves names at the
# same address: port 53 stays open.
close_metadata() {
  [ "$metadata" = hosts ] && root || return 0
  closer=/var/lib/clocker/metadata.sh
  rule='PREROUTING ! -i lo -d 169.254.169.254 -p tcp ! --dport 53 -j DROP'
  if [ -e "$closer" ] && iptables -w -t raw -C $rule 2>/dev/null; then ok metadata 'containers cannot reach the metadata service'; return; fi
  remedy='say metadata: containers in the template, if containers may reach it'
  change metadata 'keep containers from the metadata service' 'containers cannot reach the metadata service' add_metadata_rule
  remedy=''
}

add_metadata_rule() {
  mkdir -p /var/lib/clocker
  printf '%s\n' '#!/bin/sh' "iptables -w -t raw -C $rule 2>/dev/null || iptables -w -t raw -A $rule" >"$closer.new"
  if [ "$init" = systemd ]; then
    printf '%s\n' '[Unit]' "Description=Keep containers from the cloud's metadata service" 'Before=docker.service' \
      '[Service]' 'Type=oneshot' 'RemainAfterExit=yes' "ExecStart=/bin/sh $closer" \
      '[Install]' 'WantedBy=multi-user.target' >/etc/systemd/system/clocker-metadata.service
    systemctl daemon-reload
    systemctl enable clocker-metadata || return 1
  elif [ "$init" = openrc ]; then
    printf '%s\n' '#!/bin/sh' "exec sh $closer" >/etc/local.d/clocker-metadata.start
    chmod 755 /etc/local.d/clocker-metadata.start
    rc-update add local default || return 1
  fi
  sh "$closer.new" && mv "$closer.new" "$closer"
}

# ---- between hosts

# listen: what answers for a moment on the ports that nobody has. Who has one of TCP lets others connect, too; who has
# one of UDP answers nobody.
listen() {
  doors=''
  for port in $ports; do
    if ! listens "${port#*/}" "${port%/*}"; then
      "answer_${port#*/}" "${port%/*}" >/dev/null 2>&1 &
      listeners="${listeners:-} $!"
    elif [ "${port#*/}" = udp ]; then
      continue
    fi
    doors="$doors $port"
  done
  tries=50
  for port in $doors; do
    until listens "${port#*/}" "${port%/*}" || [ "$tries" -le 0 ]; do sleep 0.1; tries=$((tries - 1)); done
    ! listens "${port#*/}" "${port%/*}" || ok listen "$port"
  done
  say wait listen ready
}

answer_tcp() {
  if has python3; then
    exec python3 -c "
import socket, time
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(('', $1)); s.listen(64)
time.sleep($patience)"
  elif has perl; then
    exec perl -MIO::Socket::INET -e "my \$s = IO::Socket::INET->new(LocalPort => $1, Listen => 64, ReuseAddr => 1) or exit 1; sleep $patience"
  elif has nc; then
    exec timeout "$patience" nc -lk -p "$1"
  fi
}

# answer_udp says ! to a ?, so that two of them never keep each other busy.
answer_udp() {
  if has python3; then
    exec timeout "$patience" python3 -c "
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('', $1))
while True:
    word, who = s.recvfrom(64)
    if word == b'?': s.sendto(b'!', who)"
  elif has perl; then
    exec timeout "$patience" perl -MIO::Socket::INET -e "my \$s = IO::Socket::INET->new(LocalPort => $1, Proto => 'udp') or exit 1;
while (1) { \$s->recv(my \$word, 64); \$s->send('!') if \$word eq '?' }"
  fi
}

# knock_tcp ADDRESS PORT: 0 answers, 1 refuses, 2 is silent or has no route, 3 can't be tried here.
knock_tcp() {
  if has bash; then
    timeout 4 bash -c "exec 3<>/dev/tcp/$1/$2" >"$log.$1.$2" 2>&1
  elif has nc; then
    timeout 4 nc -z -w 3 "$1" "$2" >"$log.$1.$2" 2>&1
  else
    return 3
  fi
  status=$?
  [ "$status" != 0 ] || return 0
  ! grep -qi refused "$log.$1.$2" || return 1
  [ "$status" != 1 ] || [ -s "$log.$1.$2" ] || return 1 # nc that says nothing
  return 2
}

# knock_udp ADDRESS PORT asks three times, for datagrams get lost.
knock_udp() {
  has bash || return 3
  timeout 4 bash -c "exec 3<>/dev/udp/$1/$2 || exit 2
for try in 1 2 3; do
  printf '?' >&3
  ! read -r -t 1 -n 1 -u 3 word || exit 0
done
exit 2" 2>/dev/null || return 2
}

reach() {
  asked=0
  for address in $(echo "$to" | tr ',' ' '); do
    for port in $ports; do
      (
        "knock_${port#*/}" "$address" "${port%/*}"
        case $? in
          0) ok reach "$address $port" ;;
          1) say fault reach "$address $port refused" ;;
          2) say fault reach "$address $port silent" ;;
        esac
      ) &
    done
    asked=$((asked + 1))
    [ $((asked % 16)) != 0 ] || wait # a machine has only so many processes
  done
  wait
}

# ---- one run

look() {
  detect
  check_user
  check_system
  check_kernel
  check_clock
  check_disk
  check_ports
  check_firewall
}

join() {
  look
  [ "$mode" = check ] || [ "$faults" = 0 ] || return 1
  unlock_root
  check_identity
  # The engine comes last: where one answers, nobody looks for what else is missing.
  load_modules
  set_kernel
  before=$faults
  install_docker
  [ "$faults" = "$before" ] || [ "$mode" = check ] || return 1
  close_metadata # by iptables, which Docker brings along
  start_engine
  admit
  [ "$faults" = 0 ]
}

# alone: one join at a time, the one of the machine's first boot among them.
alone() {
  root && has flock || return 0
  lock=/run/clocker-join.lock
  [ -w /run ] || lock=${TMPDIR:-/tmp}/clocker-join.lock
  exec 9>"$lock"
  left=$patience
  until flock -n 9; do
    [ "$left" != "$patience" ] || say wait turn 'another join is at work on this machine'
    if [ "$left" -le 0 ]; then
      fault turn "another join has been at work for $patience seconds" 'log in there and look: ps ax | grep clocker'
      return 1
    fi
    sleep 1
    left=$((left - 1))
  done
}

main() {
  log=$(mktemp "${TMPDIR:-/tmp}/clocker-join.XXXXXX") || { fault disk 'nothing can be written to /tmp' 'make room there: df -h /tmp'; return 1; }
  trap 'rm -f "$log" "$log".*; kill ${listeners:-} 2>/dev/null' EXIT
  case $mode in
    join) alone && join ;;
    check) join ;;
    reach) reach ;;
    listen) listen; cat >/dev/null ;; # until nobody is there any more
  esac
}

# What it runs must not read the script itself.
if [ "$mode" = listen ]; then main; else main </dev/null; fi
status=$?
say fact end "$status"
exit "$status"
