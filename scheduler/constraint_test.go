package scheduler

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

func TestConstraints(t *testing.T) {
	h := hosts.Host{
		Name: "h1", ID: "X9:Y8", Hostname: "machine-1",
		Platform:     hosts.Platform{OS: "linux", Arch: "amd64"},
		Labels:       map[string]string{"disk": "ssd", "Zone": "A"},
		EngineLabels: map[string]string{"com.example.gpu": "yes"},
	}
	for text, want := range map[string]bool{
		"node.id == X9:Y8":                   true,
		"node.id != X9:Y8":                   false,
		"node.hostname==machine-1":           true,
		"node.hostname==h1":                  true,
		"node.hostname!=h1":                  false,
		"node.hostname!=h2":                  true,
		"node.platform.os==linux":            true,
		"node.platform.arch==x86_64":         true,
		"node.platform.arch==AMD64":          true,
		"node.platform.arch!=arm64":          true,
		"node.labels.disk==SSD":              true,
		"node.labels.disk!=ssd":              false,
		"NODE.LABELS.Zone==a":                true,
		"node.labels.zone==a":                false,
		"node.labels.absent==x":              false,
		"node.labels.absent!=x":              true,
		"engine.labels.com.example.gpu==yes": true,
	} {
		c, err := ParseConstraint(text)
		assert.NilError(t, err)
		assert.Equal(t, c.Met(&h), want, text)
	}
}

func TestBadConstraints(t *testing.T) {
	for text, want := range map[string]string{
		"":                     "write KEY==VALUE or KEY!=VALUE",
		"node.id":              "write KEY==VALUE or KEY!=VALUE",
		"node.id = x":          "write KEY==VALUE or KEY!=VALUE",
		"node.id==":            "there is no value",
		"node.id==a==b":        "a value has no = or !",
		"node.id===b":          "a value has no = or !",
		"node.role==manager":   "there is no key \"node.role\"; did you mean \"node.id\"?",
		"node.labels.==x":      "the key is one of",
		"==x":                  "the key is one of",
		"node.hostname =~ h.*": "write KEY==VALUE or KEY!=VALUE",
	} {
		_, err := ParseConstraint(text)
		assert.ErrorContains(t, err, want, text)
		assert.ErrorContains(t, err, "\""+text+"\"")
	}
}

func FuzzParseConstraint(f *testing.F) {
	for _, seed := range []string{"node.id==x", "node.labels.a.b != c d", " Engine.Labels.x==1", "=!", "node.id=!=x", "node.labels.=x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseConstraint(text)
		if err != nil {
			assert.Assert(t, c == Constraint{})
			return
		}
		again, err := ParseConstraint(c.String())
		assert.NilError(t, err)
		assert.Equal(t, again, c)
		opposite := c
		opposite.Equal = !c.Equal
		h := hosts.Host{Name: strings.ToUpper(c.Value)}
		assert.Assert(t, c.Met(&h) != opposite.Met(&h))
	})
}
