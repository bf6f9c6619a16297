package docker

import "github.com/clocker-compose/clocker-compose/hosts"

// sshFlags make ssh use the endpoint's own files. They win over the user's
// configuration of ssh, which otherwise counts.
func (t target) sshFlags() []string {
	var flags []string
	if t.ssh.Identity != "" {
		flags = append(flags, "-i", t.ssh.Identity, "-o", "IdentitiesOnly=yes")
	}
	if t.ssh.KnownHosts != "" {
		flags = append(flags, "-o", `UserKnownHostsFile="`+t.ssh.KnownHosts+`"`, "-o", "GlobalKnownHostsFile=none", "-o", "StrictHostKeyChecking=yes")
	}
	return flags
}

// SSHArguments are the words after ssh by which a user logs in to a host as
// the engine is reached: its files, then [-p PORT] [USER@]HOST. Other endpoints
// have none.
func SSHArguments(e hosts.Endpoint, env Environment) (words []string, ok bool, err error) {
	t, err := resolve(e, env)
	if err != nil || t.url.Scheme != "ssh" {
		return nil, false, err
	}
	words = t.sshFlags()
	if port := t.url.Port(); port != "" {
		words = append(words, "-p", port)
	}
	if user := t.url.User.Username(); user != "" {
		words = append(words, "-l", user)
	}
	return append(words, "--", t.url.Hostname()), true, nil
}
