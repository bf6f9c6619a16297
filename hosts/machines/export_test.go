package machines

// HostKeyOf is hostKey, for tests.
var HostKeyOf = hostKey
