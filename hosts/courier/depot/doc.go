// Package depot is what brings images to a host from other hosts. It runs in a
// container beside the host's engine for as long as its user holds its standard
// input, and does three things:
//
//   - It reads an image from its own engine once, into a spool of blobs that are
//     named after their content.
//   - It gives these blobs to the depots of other hosts, over TLS that only the
//     depots of one run can speak.
//   - It fetches from others what its own engine lacks of an image, goes on where
//     a transfer broke off, checks each blob by its name, and gives the engine an
//     archive of it. What it has fetched it gives away in turn.
//
// An image arrives under another name. It gets its own once it is whole.
package depot
