package docker

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// unreachable says in few words why a connection failed.
func (t target) unreachable(cause error) *failure {
	f := t.diagnose(cause)
	f.kind, f.cause = hosts.ErrUnreachable, cause
	return f
}

func (t target) diagnose(cause error) *failure {
	if t.url.Scheme == "ssh" {
		return t.diagnoseSSH(cause)
	}
	if t.url.Scheme == schemeContainer {
		return t.diagnoseContainer(cause)
	}
	if f := t.diagnoseTLS(cause); f != nil {
		return f
	}
	return t.diagnoseDial(cause)
}

func (t target) diagnoseDial(cause error) *failure {
	where := t.address()
	if where == "" {
		where = t.url.Path
	}
	dns, isDNS := errors.AsType[*net.DNSError](cause)
	timeout, isNet := errors.AsType[net.Error](cause)
	switch {
	case errors.Is(cause, syscall.ECONNREFUSED):
		return &failure{text: "connection refused", hint: "is its engine running, and does it listen on " + t.url.Redacted() + "?"}
	case errors.Is(cause, os.ErrPermission):
		return &failure{text: "permission denied on " + where, hint: "join the group docker, or use another endpoint"}
	case errors.Is(cause, os.ErrNotExist):
		return &failure{text: where + " does not exist", hint: "is its engine running?"}
	case errors.Is(cause, syscall.EHOSTUNREACH), errors.Is(cause, syscall.ENETUNREACH):
		return &failure{text: "no route to " + where}
	case isDNS:
		return &failure{text: fmt.Sprintf("no address for the name %s", dns.Name), hint: "check the spelling"}
	case isNet && timeout.Timeout():
		return &failure{text: "no connection to " + where + " in time", hint: "check that the machine is up and its firewall lets you in"}
	case errors.Is(cause, syscall.ECONNRESET):
		return &failure{text: "connection reset"}
	}
	return &failure{text: cause.Error()}
}

// diagnoseTLS is nil where TLS is not the trouble.
func (t target) diagnoseTLS(cause error) *failure {
	var (
		unknown  x509.UnknownAuthorityError
		wrong    x509.HostnameError
		invalid  x509.CertificateInvalidError
		notTLS   tls.RecordHeaderError
		rejected tls.AlertError
	)
	switch {
	case errors.As(cause, &unknown):
		return &failure{text: "its certificate is not signed by " + t.authority(), hint: "is this the right machine, and tls.ca the file of its authority?"}
	case errors.As(cause, &wrong):
		return &failure{text: "its certificate is for another name than " + t.url.Hostname(), hint: "use a name that the certificate has: " + certNames(wrong.Certificate)}
	case errors.As(cause, &invalid) && invalid.Reason == x509.Expired:
		return &failure{text: "its certificate is not valid now", hint: fmt.Sprintf("valid from %s to %s: renew it, as hosts certs does, or set the clock",
			invalid.Cert.NotBefore.Format(time.DateOnly), invalid.Cert.NotAfter.Format(time.DateOnly))}
	case errors.As(cause, &invalid):
		return &failure{text: "its certificate is not valid: " + invalid.Error()}
	case errors.As(cause, &notTLS), strings.Contains(cause.Error(), "HTTP response to HTTPS client"):
		return &failure{text: "it does not speak TLS", hint: "leave tls out, or use the port on which its engine has it (2376)"}
	case errors.As(cause, &rejected), strings.Contains(cause.Error(), "remote error: tls:"):
		return t.refused()
	}
	return nil
}

// refused is that the engine takes no connection with our certificate.
func (t target) refused() *failure {
	var ours []tls.Certificate
	if t.tls != nil {
		ours = t.tls.Certificates
	}
	for _, own := range ours {
		if end := own.Leaf; end != nil && time.Now().After(end.NotAfter) {
			return &failure{text: "our certificate has expired on " + end.NotAfter.Format(time.DateOnly), hint: "renew it, as hosts certs does, or set the clock"}
		}
	}
	return &failure{text: "it refuses our certificate", hint: "give tls.cert and tls.key as its authority signed them"}
}

func (t target) authority() string {
	if t.ca == "" {
		return "an authority that this machine trusts"
	}
	return t.ca
}

func certNames(c *x509.Certificate) string {
	if c == nil {
		return "none"
	}
	names := c.DNSNames
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return "it has none"
	}
	return strings.Join(names[:min(len(names), 8)], ", ")
}
