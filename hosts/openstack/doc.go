// Package openstack makes hosts out of servers of an OpenStack cloud.
//
// What is ours is known by the servers' metadata alone. OpenStack has no token
// by which a request is carried out once: a creation looks for the machine
// before and after it asks, and where two runs asked at once the older server
// stays. A floating address that is made for a server names it in its
// description; it comes after its server and goes before it, so that none is
// left over.
package openstack
