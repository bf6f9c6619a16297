// Package join makes machines that have SSH hosts of a pool: it installs and
// configures Docker where that is missing, and checks what a host needs. All of
// it is one shell script, which a machine reads over SSH, or from the text that
// cloud-init is given at its first boot. The script says line by line what it
// found and did, and can be cut short anywhere: the next run finishes it.
package join
