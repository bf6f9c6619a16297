// Package clouds tests the providers of machines against real OpenStack and
// libvirt, which the program clouds beside it brings up. "make e2e-clouds" runs
// it.
package clouds
