# OpenStack Zed, from Debian's packages.
# shellcheck shell=bash disable=SC2154

# The libraries hold the programs; the packages of single services would bring settings of their own.
openstack_packages=(mariadb-server rabbitmq-server uwsgi-core uwsgi-plugin-python3 python3-openstacksdk python3-pymysql
  keystone glance-common placement-common nova-common neutron-common neutron-linuxbridge-agent
  python3-keystone python3-glance python3-placement python3-nova python3-neutron iproute2 iptables sudo procps)

build_openstack() {
  local making started=$SECONDS
  making=$(root_of openstack).making
  rm -rf --one-file-system "$making"
  say "installing OpenStack from Debian's packages into $(root_of openstack), once; this takes some minutes"
  bootstrap "$making" "${openstack_packages[@]}"
  furnish_openstack "$making"
  finish "$making" "$(root_of openstack)"
  say "OpenStack is built, in $((SECONDS - started)) s"
}

# furnish_openstack ROOT: start it on ROOT itself, once, so that tables and networks are there ever after.
furnish_openstack() {
  local root=$1 conf service
  mkdir -p "$root/opt/cloud"
  install -t "$root/opt/cloud" "$here"/openstack/{start,once,furnish}
  for conf in "$here"/openstack/etc/*.conf; do
    service=${conf##*/}
    install -m 644 -D "$conf" "$root/etc/${service%%[-.]*}/$service"
  done
  rm -rf "$(home_of openstack)"
  mkdir -p "$root"/var/lib/{glance/images,nova,neutron}
  trap 'logs openstack; down openstack' EXIT
  boot openstack "$root"
  await_interfaces
  inside openstack /opt/cloud/furnish || die "can't furnish OpenStack"
  await_openstack
  inside openstack touch /run/ending
  inside openstack mariadb-admin shutdown
  trap - EXIT
  down openstack
  rm "$root/opt/cloud/once"
}

await_interfaces() {
  local port
  for port in 5000 8778 9292 8774 9696; do
    await_until 600 openstack bash -c ": </dev/tcp/127.0.0.1/$port"
  done
}

# await_openstack: until each interface listens, the scheduler knows the hypervisor, and the network its agent.
await_openstack() {
  await_interfaces
  await_until 300 openstack bash -c "mariadb -N nova_api -e 'select count(*) from host_mappings' | grep -qv '^0'"
  await_until 300 openstack bash -c "mariadb -N neutron -e 'select count(*) from agents where heartbeat_timestamp > utc_timestamp() - interval 60 second' | grep -qv '^0'"
}

variables_of_openstack() {
  export OS_AUTH_URL=http://127.0.0.1:5000/v3 OS_USERNAME=alice OS_PASSWORD=lab OS_PROJECT_NAME=shop OS_REGION_NAME=lab
  export OS_USER_DOMAIN_NAME=Default OS_PROJECT_DOMAIN_NAME=Default
}

# api stop|start: those of uwsgi, so that a login gets no answer, either.
api() {
  case ${1:-} in
    stop)
      inside openstack touch /run/api-down
      inside openstack bash -c 'kill -KILL $(pgrep uwsgi) 2>/dev/null; while pgrep uwsgi; do sleep 0.1; done' >/dev/null || true
      ;;
    start)
      inside openstack rm -f /run/api-down
      await_openstack
      ;;
    *) die "api stop, or api start" ;;
  esac
}
