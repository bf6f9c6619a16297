package hosts

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
)

// BuilderAddress is where a BuildKit of its own is reached. As a text it is the
// URL, and what belongs to TLS behind it, in buildx's words:
// "tcp://HOST:PORT,cacert=FILE,cert=FILE,key=FILE,servername=NAME".
type BuilderAddress struct {
	// URL is tcp://HOST:PORT, unix:///SOCKET, ssh://[USER@]HOST[:PORT][/SOCKET] or
	// docker-container://NAME[?context=CONTEXT].
	URL string
	// TLS are the client's files for tcp; nil is plain TCP.
	TLS *TLS
	// ServerName is whom the builder's certificate must name; "" is the host of the URL.
	ServerName string
}

// builderName is what buildx lets a builder be called.
var builderName = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9._-]*$`)

// IsBuilderName tells whether a text names a builder, and is no address of one.
func IsBuilderName(text string) bool { return builderName.MatchString(text) }

// ParseBuilderAddress reads an address. Files may be relative paths.
func ParseBuilderAddress(text string) (BuilderAddress, error) {
	where, options, _ := strings.Cut(text, ",")
	a := BuilderAddress{URL: where}
	u, err := url.Parse(where)
	if err != nil || !reachable(u) {
		return a, errors.New("a builder is a name, or an address: tcp://HOST:PORT, unix:///SOCKET, ssh://HOST or docker-container://NAME")
	}
	if options == "" {
		return a, nil
	}
	if u.Scheme != "tcp" {
		return a, fmt.Errorf("%s takes no options: only tcp has TLS", where)
	}
	a.TLS = &TLS{}
	for option := range strings.SplitSeq(options, ",") {
		key, value, _ := strings.Cut(option, "=")
		if err := a.set(key, value); err != nil {
			return a, err
		}
	}
	return a, a.complete()
}

func reachable(u *url.URL) bool {
	switch u.Scheme {
	case "tcp":
		return u.User == nil && u.Port() != "" && u.Path == ""
	case "unix":
		return u.User == nil && u.Host == "" && len(u.Path) > 1
	case "ssh":
		_, password := u.User.Password()
		return u.Hostname() != "" && !password && u.RawQuery == "" && u.Fragment == ""
	case "docker-container":
		return u.Hostname() != ""
	}
	return false
}

func (a *BuilderAddress) set(key, value string) error {
	to := map[string]*string{"cacert": &a.TLS.CA, "cert": &a.TLS.Cert, "key": &a.TLS.Key, "servername": &a.ServerName}[key]
	if to == nil || value == "" {
		return fmt.Errorf("%q isn't cacert=FILE, cert=FILE, key=FILE or servername=NAME", key+"="+value)
	}
	*to = value
	return nil
}

// complete refuses TLS that nothing could be checked with.
func (a BuilderAddress) complete() error {
	var missing []string
	for _, file := range []struct {
		key    string
		absent bool
	}{
		{"cacert", a.TLS.CA == ""}, {"key", a.TLS.Key == "" && a.TLS.Cert != ""}, {"cert", a.TLS.Cert == "" && a.TLS.Key != ""},
	} {
		if file.absent {
			missing = append(missing, file.key)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("tls enabled, but missing keys %s", strings.Join(missing, ", "))
	}
	return nil
}

// BuilderFrom is the text of a builder whose files are looked for in a folder:
// names, and addresses without relative paths, stay as they are.
func BuilderFrom(text, folder string) string {
	where, options, found := strings.Cut(text, ",")
	if !found {
		return text
	}
	for option := range strings.SplitSeq(options, ",") {
		key, value, _ := strings.Cut(option, "=")
		if key != "servername" && value != "" && !filepath.IsAbs(value) {
			value = filepath.Join(folder, value)
		}
		where += "," + key + "=" + value
	}
	return where
}
