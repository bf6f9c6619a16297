# libvirt, once it runs.
# shellcheck shell=bash disable=SC2154

await_libvirt() {
  await_until 300 libvirt virsh net-dhcp-leases lan
  serve_images libvirt
}

variables_of_libvirt() {
  LIBVIRT_DEFAULT_URI="qemu:///system?socket=$(home_of libvirt)/run/libvirt/libvirt-sock"
  export LIBVIRT_DEFAULT_URI
}
