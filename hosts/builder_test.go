package hosts_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

func TestParseBuilderAddress(t *testing.T) {
	for text, want := range map[string]hosts.BuilderAddress{
		"tcp://10.0.0.1:1234":                    {URL: "tcp://10.0.0.1:1234"},
		"unix:///run/buildkit/buildkitd.sock":    {URL: "unix:///run/buildkit/buildkitd.sock"},
		"ssh://me@builder:22/run/b.sock":         {URL: "ssh://me@builder:22/run/b.sock"},
		"docker-container://b?context=elsewhere": {URL: "docker-container://b?context=elsewhere"},
		"tcp://b:1,cacert=/ca,cert=/c,key=/k,servername=n": {
			URL: "tcp://b:1", ServerName: "n", TLS: &hosts.TLS{CA: "/ca", Cert: "/c", Key: "/k"},
		},
	} {
		got, err := hosts.ParseBuilderAddress(text)
		assert.NilError(t, err, text)
		assert.DeepEqual(t, got, want)
	}
	for text, want := range map[string]string{
		"":                           "a builder is a name, or an address",
		"default":                    "a builder is a name, or an address",
		"tcp://builder":              "a builder is a name, or an address",
		"tcp://alice:pw@builder:1":   "a builder is a name, or an address",
		"tcp://b:1/x":                "a builder is a name, or an address",
		"unix://run/x":               "a builder is a name, or an address",
		"unix:///":                   "a builder is a name, or an address",
		"ssh://me:pw@builder":        "a builder is a name, or an address",
		"kube-pod://b":               "a builder is a name, or an address",
		"unix:///b,cacert=/ca":       "only tcp has TLS",
		"tcp://b:1,servername=n":     "missing keys cacert",
		"tcp://b:1,cacert=/c,key=/k": "missing keys cert",
		"tcp://b:1,ca=/c":            `"ca=/c" isn't cacert=FILE`,
		"tcp://b:1,cacert=":          `"cacert=" isn't cacert=FILE`,
	} {
		_, err := hosts.ParseBuilderAddress(text)
		assert.ErrorContains(t, err, want, text)
	}
}

func TestBuilderFrom(t *testing.T) {
	for text, want := range map[string]string{
		"mine": "mine", "": "", "unix:///b": "unix:///b",
		"tcp://b:1,cacert=ca.pem,cert=/c,servername=n": "tcp://b:1,cacert=/here/ca.pem,cert=/c,servername=n",
	} {
		assert.Equal(t, hosts.BuilderFrom(text, "/here"), want)
	}
}
