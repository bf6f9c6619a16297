package main

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

func psRow() psLine {
	created := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	return psLine{
		project: "shop", clean: true, several: true, now: created.Add(3 * time.Hour),
		row: compose.PsRow{Address: "10.0.0.1", Container: state.Container{Host: "h1", Container: hosts.Container{
			ID: strings.Repeat("abcd", 16), Name: "shop-web-1", Image: "nginx", Command: "a command that is long enough to be cut",
			Created: created, State: hosts.Running, Status: "Up 3 hours", Labels: map[string]string{"b": "2", "a": "1\x1b[2J"},
			Ports: []hosts.PublishedPort{
				{HostIP: "0.0.0.0", HostPort: 8080, ContainerPort: 80, Protocol: "tcp"},
				{HostIP: "::", HostPort: 8080, ContainerPort: 80, Protocol: "tcp"},
				{HostIP: "127.0.0.1", HostPort: 9090, ContainerPort: 90, Protocol: "tcp"},
				{ContainerPort: 443, Protocol: "tcp"},
			},
			Mounts:      []hosts.Mount{{Type: "volume", Name: "shop_data", Driver: "local"}, {Type: "bind", Source: "/a/path/that/is/long"}},
			Attachments: []hosts.Attachment{{Network: "shop_back"}, {Network: "shop_front"}},
		}}},
	}
}

func TestPsLine(t *testing.T) {
	l := psRow()
	assert.Equal(t, l.ID(), "abcdabcdabcd")
	assert.Equal(t, l.Command(), `"a command that is l…"`)
	assert.Equal(t, l.RunningFor(), "3 hours ago")
	assert.Equal(t, l.Labels(), `a=1\x1b[2J,b=2`)
	assert.Equal(t, l.Mounts(), "shop_data,/a/path/that/i…")
	assert.Equal(t, l.LocalVolumes(), "1")
	assert.Equal(t, l.Networks(), "shop_back,shop_front")
	assert.Equal(t, l.Ports(), "443/tcp, 10.0.0.1:8080->80/tcp, 127.0.0.1:9090->90/tcp")
	assert.Equal(t, l.Publishers()[0].String(), "80/tcp -> 10.0.0.1:8080")
	l.row.Address = "h1.example.org"
	assert.Equal(t, l.Ports(), "443/tcp, h1.example.org:8080->80/tcp, 127.0.0.1:9090->90/tcp")
	l.several = false
	assert.Equal(t, l.Ports(), "443/tcp, 0.0.0.0:8080->80/tcp, [::]:8080->80/tcp, 127.0.0.1:9090->90/tcp")
	l.whole = true
	assert.Equal(t, len(l.ID()), 64)
	assert.Equal(t, l.Mounts(), "shop_data,/a/path/that/is/long")
}

// TestPsKeys: JSON has the keys that Docker Compose 5.6 prints, and Host where
// there are several.
func TestPsKeys(t *testing.T) {
	keys := []string{
		"Command", "CreatedAt", "Engine", "ExitCode", "Health", "ID", "Image", "Labels", "LocalVolumes", "Mounts", "Name",
		"Names", "Networks", "Ports", "Project", "Publishers", "RunningFor", "Service", "Size", "State", "Status",
	}
	row := psRow()
	row.several = false
	assert.DeepEqual(t, jsonKeys(t, row), keys)
	assert.DeepEqual(t, jsonKeys(t, psRow()), slices.Insert(keys, 5, "Host"))
}

func jsonKeys(t *testing.T, row psLine) []string {
	t.Helper()
	content, err := json.Marshal(row)
	assert.NilError(t, err)
	var object map[string]any
	assert.NilError(t, json.Unmarshal(content, &object))
	return slices.Sorted(maps.Keys(object))
}
