package docker

import (
	"cmp"
	"strings"
)

// sshSign is what ssh or the remote shell says, and what it means.
type sshSign struct {
	said, text, hint string
	// inside tells that the machine let us in, and has no engine that answers.
	inside bool
}

// sshSigns are those that are known. The first that matches counts.
func (t target) sshSigns() []sshSign {
	login := "ssh " + t.sshDestination()
	return []sshSign{
		{"REMOTE HOST IDENTIFICATION HAS CHANGED", "its ssh host key is not the one that is known", "if the machine was made again, remove the old key with ssh-keygen -R " + t.url.Hostname() + ", and check the new one", false},
		{"Host key verification failed", "its ssh host key is not known", "run " + login + " once to check and accept it", false},
		{"Permission denied (", "ssh refuses to log us in", "make this work first: " + login + " docker version", false},
		{"Too many authentication failures", "ssh refuses to log us in", "offer fewer keys: set IdentityFile and IdentitiesOnly for it in your ssh config", false},
		{"Could not resolve hostname", "no address for the name " + t.url.Hostname(), "check the spelling, and your ssh config", false},
		{"Connection refused", "connection refused by its ssh port", "is sshd running there?", false},
		{"No route to host", "no route to " + t.url.Hostname(), "", false},
		{"Network is unreachable", "no route to " + t.url.Hostname(), "", false},
		{"timed out", "no answer from its ssh port in time", "check that the machine is up and its firewall lets you in", false},
		{"docker: command not found", "it has no docker command", "install Docker there", true},
		{"docker: not found", "it has no docker command", "install Docker there", true},
		{"docker.sock: connect: permission denied", "its user may not use Docker", "add the user to the group docker there, or log in as root", true},
		{"permission denied while trying to connect", "its user may not use Docker", "add the user to the group docker there, or log in as root", true},
		{"Cannot connect to the Docker daemon", "its engine is not running", "start it there: systemctl start docker", true},
		{"failed to connect to the docker API", "its engine is not running", "start it there: systemctl start docker", true},
		{"failed to open the raw stream connection", "its engine is not running", "start it there: systemctl start docker", true},
		{"executable file not found", "this machine has no ssh command", "install an ssh client", false},
	}
}

func (t target) diagnoseSSH(cause error) *failure {
	said := sshSaid(cause.Error())
	for _, sign := range t.sshSigns() {
		if strings.Contains(said, sign.said) {
			return &failure{text: sign.text, hint: sign.hint, engineless: sign.inside}
		}
	}
	return &failure{text: lastLine(said), hint: "make this work first: ssh " + t.sshDestination() + " docker version"}
}

// sshDestination is what a user types after ssh.
func (t target) sshDestination() string {
	d := t.url.Hostname()
	if user := t.url.User.Username(); user != "" {
		d = user + "@" + d
	}
	if port := t.url.Port(); port != "" {
		d = "-p " + port + " " + d
	}
	return d
}

// sshSaid is what a session printed, without the command line around it.
func sshSaid(text string) string {
	if _, said, ok := strings.Cut(text, "stderr="); ok {
		return cmp.Or(strings.TrimSpace(said), "the session ended without a word")
	}
	return text
}

// lastLine is the part of a message that tells: banners come first.
func lastLine(s string) string {
	s = strings.TrimSpace(s)
	return s[strings.LastIndexByte(s, '\n')+1:]
}
