// Package buildkit builds images with the BuildKit inside of a Docker Engine:
// it is the adapter behind the builder interface of compose, and the only
// importer of the BuildKit client. A build needs two streams to the engine. On
// one the build is asked for and tells its progress; over the other BuildKit
// calls back for what this machine has: files of the context, secrets, the SSH
// agent, logins for registries. What isn't asked for isn't sent, and a rebuild
// asks for what has changed alone.
package buildkit
