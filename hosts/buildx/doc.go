// Package buildx reaches BuildKits that are no part of an engine: by an address,
// or by the name under which Docker's buildx keeps them on this machine, with
// its drivers remote and docker-container. What it keeps is read alone; a
// container that a builder lacks, or that doesn't run, is made and started as
// buildx would.
package buildx
