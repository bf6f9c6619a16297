# Makes the root file system of OpenStack Zed, from Debian's packages.
# shellcheck shell=bash disable=SC2154

# The libraries hold the programs; the packages of single services would bring settings of their own.
openstack_packages=(mariadb-server rabbitmq-server uwsgi-core uwsgi-plugin-python3 python3-openstacksdk python3-pymysql
  keystone glance-common placement-common nova-common neutron-common neutron-linuxbridge-agent
  python3-keystone python3-glance python3-placement python3-nova python3-neutron iproute2 iptables sudo procps)

build_openstack() {
  local making started=$SECONDS
  making=$(root_of openstack).making
  rm -rf --one-file-system "$making"
  say "OpenStack is made of Debian's packages in $(root_of openstack), once: 2 GB, and many minutes"
  bootstrap "$making" "${openstack_packages[@]}"
  furnish_openstack "$making"
  finish openstack "$making"
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
  say "  its tables, which it makes when it is started first"
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
