// Package libvirt makes hosts out of virtual machines of a libvirt daemon.
//
// What is ours is known by the metadata of domains: location, name, host key,
// and the volumes that belong to it. A domain's own name comes of location and
// name, and libvirt gives it to one alone: whoever has defined the domain has
// the order. Its volumes come after it and go before it, so that none is left
// over, and a mark says that it was once started: without the mark, whoever
// has the order next finishes it.
package libvirt
