# Makes the root file system of libvirt and QEMU, from Debian's packages, and in it a disk of Debian for machines.
# shellcheck shell=bash disable=SC2154

libvirt_packages=(libvirt-daemon libvirt-daemon-driver-qemu libvirt-clients qemu-system-x86 qemu-utils dnsmasq-base iproute2 iptables
  apt-utils e2fsprogs dosfstools mtools fdisk syslinux syslinux-common)

# What a machine has that a cloud boots: no Docker, but a repository to install it from, as it has no way out.
guest_packages=(linux-image-cloud-amd64 systemd-sysv dbus udev kmod iproute2 iptables netbase openssh-server sudo cloud-init
  curl procps ca-certificates busybox-static)
guest_repository=(docker.io xz-utils apparmor)

build_libvirt() {
  local making guest started=$SECONDS
  making=$(root_of libvirt).making
  guest=$making.guest
  rm -rf --one-file-system "$making" "$guest"
  say "libvirt and a machine's system are made of Debian's packages in $(root_of libvirt), once: 1 GB, and some minutes"
  bootstrap "$making" "${libvirt_packages[@]}"
  bootstrap "$guest" "${guest_packages[@]}"
  furnish_guest "$guest" "$making"
  furnish_libvirt "$making"
  say "  a disk for machines"
  mkdir -p "$making/guest" "$making/var/lib/libvirt/images"
  # shellcheck disable=SC2016 # expanded by the inner shell
  env -u TMPDIR unshare --mount --propagation private bash -ec '
    mount --bind "$2" "$1/guest"
    mount --bind /dev "$1/dev"
    mount -t proc proc "$1/proc"
    chroot "$1" /opt/cloud/image /guest /var/lib/libvirt/images/debian-12.qcow2
  ' bash "$making" "$guest" >>"$making.log" 2>&1 || die "make the image: $(tail -3 "$making.log")"
  rm -rf --one-file-system "$guest" "$guest.log"
  finish libvirt "$making"
  say "libvirt is built, in $((SECONDS - started)) s"
}

furnish_libvirt() {
  mkdir -p "$1/opt/cloud"
  install -t "$1/opt/cloud" "$here"/libvirt/{start,image}
  chroot "$1" useradd --system --user-group libvirt-qemu # the driver looks it up, though root runs the machines here
  cat >"$1/etc/libvirt/qemu.conf" <<'Q'
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
security_driver = "none"
namespaces = []
cgroup_controllers = []
stdio_handler = "file"
Q
  printf 'auth_unix_rw = "none"\nauth_unix_ro = "none"\n' >"$1/etc/libvirt/libvirtd.conf"
}

# furnish_guest GUEST ROOT: its repository is indexed by a program of ROOT's.
furnish_guest() {
  local guest=$1 unit
  # shellcheck disable=SC2016 # expanded by the inner shell
  env -u TMPDIR unshare --mount --propagation private bash -ec '
    guest=$1 root=$2; shift 2
    mount -t proc proc "$guest/proc"
    chroot "$guest" apt-get install -y -qq --download-only "$@"
    mkdir -p "$guest/srv/packages" "$root/mnt/packages"
    mv "$guest"/var/cache/apt/archives/*.deb "$guest/srv/packages/"
    mount --bind "$guest/srv/packages" "$root/mnt/packages"
    chroot "$root" sh -c "cd /mnt/packages && apt-ftparchive packages . >Packages"
  ' bash "$guest" "$2" "${guest_repository[@]}" >>"$guest.log" 2>&1 || die "make the machine's repository: $(tail -3 "$guest.log")"
  rm -rf "$guest"/var/lib/apt/lists/* "$guest/usr/sbin/policy-rc.d" "$guest"/etc/ssh/ssh_host_* "$guest/etc/hostname"
  echo 'deb [trusted=yes] file:/srv/packages ./' >"$guest/etc/apt/sources.list"
  : >"$guest/etc/machine-id"
  : >"$guest/etc/resolv.conf"
  mkdir -p "$guest/etc/docker"
  printf '{"registry-mirrors": ["http://10.40.0.1:%s"]}\n' "$registry_port" >"$guest/etc/docker/daemon.json"
  echo 'LABEL=rest / ext4 defaults 0 1' >"$guest/etc/fstab"
  printf 'datasource_list: [NoCloud, None]\nnetwork: {config: disabled}\nlocale: C.UTF-8\n' >"$guest/etc/cloud/cloud.cfg.d/99-lab.cfg"
  printf '[Match]\nName=eth*\n[Network]\nDHCP=ipv4\n' >"$guest/etc/systemd/network/lan.network"
  chroot "$guest" systemctl -q enable systemd-networkd
  for unit in apt-daily.timer apt-daily-upgrade.timer e2scrub_reap.service systemd-networkd-wait-online.service; do
    ln -sf /dev/null "$guest/etc/systemd/system/$unit"
  done
}
