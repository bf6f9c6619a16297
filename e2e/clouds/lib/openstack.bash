# OpenStack, once it runs.
# shellcheck shell=bash disable=SC2154

await_interfaces() {
  local port
  for port in 5000 8778 9292 8774 9696; do
    await_until 600 openstack bash -c "exec 3<>/dev/tcp/127.0.0.1/$port; printf 'GET / HTTP/1.0\r\n\r\n' >&3; read -r -t 300 _ <&3"
  done
}

# await_openstack: until each interface answers, the scheduler knows the hypervisor, and the network its agent.
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
