package invented

import (
	"fmt"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"2x4cpu-16g":                     "sim1 4 16384; sim2 4 16384",
		"0.5cpu":                         "sim1 0.5 0",
		"1x2CPUs-512MiB":                 "sim1 2 512",
		"3x1cpu,zone=a..b":               "sim1 1 0 zone=a; sim2 1 0 zone=b; sim3 1 0 zone=a",
		"4x1cpu,zone=a|b,rack=1..2":      "sim1 1 0 rack=1 zone=a; sim2 1 0 rack=1 zone=b; sim3 1 0 rack=2 zone=a; sim4 1 0 rack=2 zone=b",
		"1x1cpu; 1x2cpu,name=big":        "sim1 1 0; big1 2 0",
		"1x1cpu,2cpu":                    "sim1 1 0; sim2 2 0",
		"9x1cpu,1x2cpu,location=us":      nine() + "sim10 2 0 @us",
		"1cpu, location=eu , disk = ssd": "sim1 1 0 disk=ssd @eu",
	} {
		pool, err := Parse(text)
		assert.NilError(t, err, text)
		assert.Equal(t, summary(pool), want, text)
	}
}

func nine() string {
	s := ""
	for i := range 9 {
		s += fmt.Sprintf("sim%02d 1 0; ", i+1)
	}
	return s
}

func summary(pool []hosts.Host) string {
	var words []string
	for _, h := range pool {
		w := fmt.Sprintf("%s %v %d", h.Name, float64(h.Capacity.NanoCPUs)/1e9, h.Capacity.MemoryBytes>>20)
		for _, key := range []string{"disk", "rack", "zone"} {
			if v, ok := h.Labels[key]; ok {
				w += " " + key + "=" + v
			}
		}
		if h.Location != "" {
			w += " @" + h.Location
		}
		words = append(words, w)
	}
	return strings.Join(words, "; ")
}

func TestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "no hosts are named; write them as 3x4cpu-8g,zone=a..c",
		"zone=a":                 `"zone=a" stands before any size; begin with one, such as 3x4cpu-8g`,
		"many":                   `"many" is no size of hosts; write it as 3x4cpu-8g`,
		"4cpu-8":                 `"4cpu-8" is no size of hosts; write it as 3x4cpu-8g`,
		"0x4cpu":                 `"0x4cpu": the number of hosts must be from 1 to 100000`,
		"0cpu":                   `"0cpu": there is no host of that size`,
		"99999999999x4cpu":       `"99999999999x4cpu": the number of hosts must be from 1 to 100000`,
		"60000x1cpu,60000x1cpu":  "more than 100000 hosts",
		"1cpu,zone=c..a":         `"zone=c..a": a range goes from a letter or a number up to another: a..c, 1..12`,
		"1cpu,zone=1..c":         `"zone=1..c": a range goes from a letter or a number up to another: a..c, 1..12`,
		"1cpu,zone=a||b":         `"zone=a||b": a value must be a word, several as a|b|c, a..c or 1..12`,
		"1cpu,name=sim0;10x1cpu": "two hosts would be called sim01; choose other names",
		"1cpu,name=":             `"name=": the name must be a word`,
		"1cpu,=a":                `"=a": a key must be a word`,
	} {
		_, err := Parse(text)
		assert.Error(t, err, want)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"1000x4cpu-16g,zone=a..c", "2x1cpu;3x2cpu-1t,arch=arm64,rack=1..9", "a=b", "0.5cpu-1.5g,z=a|b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		pool, err := Parse(text)
		if err != nil {
			return
		}
		names := map[string]bool{}
		for _, h := range pool {
			assert.Assert(t, !names[h.Name], "two hosts are called %s", h.Name)
			names[h.Name] = true
			assert.Assert(t, h.Capacity.NanoCPUs > 0 || strings.Contains(text, "0.0"), "%v", h.Capacity)
			assert.Assert(t, h.Capacity.MemoryBytes >= 0)
		}
	})
}
