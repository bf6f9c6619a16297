package state_test

import (
	"maps"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

func replica(name, service, number, oneoff string) hosts.Container {
	return hosts.Container{ID: "id of " + name, Name: name, Labels: map[string]string{
		hosts.LabelProject: "shop", hosts.LabelService: service, hosts.LabelContainerNumber: number, hosts.LabelOneoff: oneoff,
	}}
}

func seen(host string, ready bool, containers ...hosts.Container) hosts.Observation {
	return hosts.Observation{Host: hosts.Host{Name: host, Status: hosts.Status{Ready: ready}}, Containers: containers}
}

func TestProjectIsSortedByServiceAndNumber(t *testing.T) {
	s := state.Snapshot{Observations: []hosts.Observation{
		seen("h1", true, replica("shop-web-10", "web", "10", "False"), replica("shop-db-1", "db", "1", "False")),
		seen("h2", true, replica("shop-web-9", "web", "9", "False"), replica("twin", "web", "10", ""), hosts.Container{Name: "stranger"}),
		seen("h3", false),
	}}
	var got []string
	for _, c := range s.Project("shop") {
		got = append(got, c.Host+" "+c.Name)
	}
	assert.Equal(t, strings.Join(got, ", "), "h1 shop-db-1, h2 shop-web-9, h1 shop-web-10, h2 twin")
	assert.Equal(t, len(s.Project("other")), 0)
	assert.Equal(t, len(s.Ready()), 2)
	assert.Equal(t, s.Absent()[0].Name, "h3")
	assert.Assert(t, s.Host("h4") == nil)
}

func TestProjectsAreOfContainersNetworksAndVolumes(t *testing.T) {
	of := func(project string) map[string]string { return map[string]string{hosts.LabelProject: project} }
	s := state.Snapshot{Observations: []hosts.Observation{{
		Containers: []hosts.Container{{Labels: of("c")}, {}},
		Networks:   []hosts.Network{{Labels: of("b")}},
		Volumes:    []hosts.Volume{{Labels: of("a")}, {Labels: of("c")}},
	}}}
	assert.DeepEqual(t, s.Projects(), []string{"a", "b", "c"})
}

func TestLabelsOfContainers(t *testing.T) {
	c := state.Container{Container: replica("x", "web", "7", "True")}
	assert.Equal(t, c.Number(), 7)
	assert.Assert(t, c.Oneoff())
	c = state.Container{Container: replica("x", "web", "seven", "False")}
	assert.Equal(t, c.Number(), 0)
	assert.Assert(t, !c.Oneoff())
}

func TestImageByEveryKindOfReference(t *testing.T) {
	digest := "sha256:" + strings.Repeat("d", 64)
	id := "sha256:" + strings.Repeat("a", 64)
	o := &hosts.Observation{Images: []hosts.Image{
		{ID: "sha256:" + strings.Repeat("e", 64), Tags: []string{"redis:7"}},
		{ID: id, Tags: []string{"nginx:latest", "example.org:5000/team/web:1"}, Digests: []string{"nginx@" + digest}},
	}}
	for ref, known := range map[string]bool{
		"nginx":                             true,
		"nginx:latest":                      true,
		"docker.io/library/nginx":           true,
		"library/nginx:latest":              true,
		"nginx:alpine":                      false,
		"nginx@" + digest:                   true,
		"nginx:1.27@" + digest:              true,
		"redis@" + digest:                   false,
		"example.org:5000/team/web:1":       true,
		"example.org:5000/team/web":         false,
		id:                                  true,
		strings.Repeat("a", 12):             true,
		strings.Repeat("a", 11):             false,
		"":                                  false,
		"NOT A REFERENCE":                   false,
		"sha256:" + strings.Repeat("a", 12): true,
	} {
		image := state.Image(o, ref)
		assert.Equal(t, image != nil, known, "%q", ref)
		assert.Assert(t, image == nil || image.ID == id, "%q", ref)
	}
}

func TestNetworkAndVolumeByName(t *testing.T) {
	o := &hosts.Observation{Networks: []hosts.Network{{Name: "a"}, {Name: "b"}}, Volumes: []hosts.Volume{{Name: "c"}}}
	assert.Equal(t, state.Network(o, "b"), &o.Networks[1])
	assert.Assert(t, state.Network(o, "c") == nil)
	assert.Equal(t, state.Volume(o, "c"), &o.Volumes[0])
	assert.Assert(t, state.Volume(o, "a") == nil)
	c := state.Container{Container: hosts.Container{Attachments: []hosts.Attachment{{Network: "a"}}}}
	assert.Assert(t, c.Attached("a") && !c.Attached("b"))
}

// TestWhatOthersMakeFromAnImageOfTheProjectIsNotItsOwn: a build labels the image,
// and every container has the labels of its image.
func TestWhatOthersMakeFromAnImageOfTheProjectIsNotItsOwn(t *testing.T) {
	labels := map[string]string{hosts.LabelProject: "shop", hosts.LabelService: "web"}
	own := maps.Clone(labels)
	own[hosts.LabelConfigHash] = "x"
	s := state.Snapshot{Observations: []hosts.Observation{{
		Images: []hosts.Image{{ID: "sha256:1", Labels: labels}},
		Containers: []hosts.Container{
			{ID: "1", Name: "somebody's", ImageID: "sha256:1", Labels: labels},
			{ID: "2", Name: "shop-web-1", ImageID: "sha256:1", Labels: own},
		},
	}}}
	found := s.Project("shop")
	assert.Equal(t, len(found), 1)
	assert.Equal(t, found[0].Name, "shop-web-1")
}
