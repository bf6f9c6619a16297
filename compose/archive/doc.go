// Package archive copies files between this machine and containers as tar
// streams, in constant memory: a [Source] packs a path of this machine, [Place]
// decides where something goes, and [Unpack] puts a container's stream into a
// folder, which nothing of it can leave.
package archive
