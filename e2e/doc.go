// Package e2e holds what is proven on real engines: three hosts of [lab] on
// this machine, the built program, and the real fabric. Its tests are built
// with the tag e2e and need root; see CONTRIBUTING.md.
//
// Everything is said in four words: a Lab has Hosts, which can be killed, cut
// off and restarted; a Project is a compose file under a name of its own; what
// a command of the program did is a Result.
//
// [lab]: lab/lab
package e2e
