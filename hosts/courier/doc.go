// Package courier brings images from host to host without a registry, and
// without passing them through this machine. For the time of one run it keeps a
// container with a depot (package depot) on each host that gives or gets an
// image, and tells it through its standard input what to do. When that ends,
// because the run has ended or was killed, the container ends, and the engine
// removes it with all that it holds.
package courier
