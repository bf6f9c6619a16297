package gce

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"google.golang.org/api/compute/v1"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/cloudtest"
	"github.com/clocker-compose/clocker-compose/hosts/conformance"
)

var template = hosts.Template{"size": "e2-small", "firewall": true}

// start serves a cloud, and opens a provider of it that doesn't wait long.
func start(t *testing.T) (*cloud, *cloudtest.Server, *provider) {
	c := newCloud()
	s := cloudtest.New(t, c, requestName)
	return c, s, opened(t, s, map[string]string{"CLOUDSDK_AUTH_ACCESS_TOKEN": goodToken, "GOOGLE_CLOUD_PROJECT": "shop"})
}

func opened(t *testing.T, s *cloudtest.Server, variables map[string]string) *provider {
	t.Helper()
	variables["CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE"] = s.URL + "/compute/v1/"
	p, err := open(cloudtest.Setup(t, template, variables), time.Millisecond)
	assert.NilError(t, err)
	return p
}

func answering(t *testing.T, status int, reason string) cloudtest.Fault {
	t.Helper()
	body, err := json.Marshal(refusalBody(status, reason, "no."))
	assert.NilError(t, err)
	return cloudtest.Answer(status, "application/json", string(body))
}

func TestConformance(t *testing.T) {
	c, s, p := start(t)
	conformance.Providers(t, conformance.Cloud{
		Open:     func(*testing.T, hosts.Location) (hosts.Provider, error) { return p, nil },
		Template: template,
		Wrong: map[string]hosts.Template{
			"names no size":                   {},
			"no-such-image":                   {"size": "e2-small", "image": "no-such-image"},
			"name one of region europe-west1": {"size": "e2-small", "region": "europe-west1"},
		},
		Limit: func(_ *testing.T, n int) { s.Locked(func() { c.limit = n }) },
		Lose:  func(*testing.T) { s.Next("POST instances", cloudtest.Lose) },
		Many:  101,
	})
	for _, i := range c.instances {
		assert.Equal(t, i.Status, "STOPPING")
	}
}

func TestTroubles(t *testing.T) {
	cloudtest.Troubles{
		Start: func(t *testing.T) (*cloudtest.Server, hosts.Provider) {
			_, s, p := start(t)
			return s, p
		},
		Template: template,
		Create:   "POST instances", List: "GET aggregated/instances", Delete: "DELETE instances/ID",
		Throttled: answering(t, 403, "rateLimitExceeded"), ThrottledWords: "list instances: rateLimitExceeded: no",
		Full: []cloudtest.Fault{answering(t, 403, "quotaExceeded")},
		Stranger: func(t *testing.T, s *cloudtest.Server) hosts.Provider {
			return opened(t, s, map[string]string{"CLOUDSDK_AUTH_ACCESS_TOKEN": "old", "GOOGLE_CLOUD_PROJECT": "shop"})
		}, StrangerWords: "Google doesn't take the credentials",
	}.Run(t)
}

func TestRequestsForAMachine(t *testing.T) {
	_, s, p := start(t)
	o := cloudtest.Order(template)
	m, err := p.Create(t.Context(), o)
	assert.NilError(t, err)
	assert.DeepEqual(t, s.Seen(), []string{"GET firewalls/ID", "2 POST firewalls", "POST instances", "POST operations/ID/wait"})
	_, err = p.Create(t.Context(), o)
	assert.NilError(t, err)
	assert.DeepEqual(t, s.Seen(), []string{"GET firewalls/ID", "GET instances/ID", "POST instances"})
	_, err = p.List(t.Context(), o.Location)
	assert.NilError(t, err)
	assert.DeepEqual(t, s.Seen(), []string{"GET aggregated/instances"})
	assert.NilError(t, p.Delete(t.Context(), m))
	assert.DeepEqual(t, s.Seen(), []string{"DELETE instances/ID"})
	o.Location.Template = hosts.Template{"size": "e2-small"}
	o.Name = "eu-2"
	_, err = p.Create(t.Context(), o)
	assert.NilError(t, err)
	assert.DeepEqual(t, s.Seen(), []string{"POST instances", "POST operations/ID/wait"})
}

func TestThePageListsWhatCredentialsHaveToBeAllowed(t *testing.T) {
	_, s, p := start(t)
	m, err := p.Create(t.Context(), cloudtest.Order(template))
	assert.NilError(t, err)
	_, err = p.Create(t.Context(), cloudtest.Order(template)) // finds it
	assert.NilError(t, err)
	_, err = p.List(t.Context(), cloudtest.Order(template).Location)
	assert.NilError(t, err)
	_, err = p.Sizes(t.Context(), cloudtest.Order(template).Location)
	assert.NilError(t, err)
	assert.NilError(t, p.Delete(t.Context(), m))
	// What an order says of a disk, a network and labels takes permissions of their own.
	allowed := []string{
		"compute.disks.create", "compute.disks.setLabels", "compute.instances.setLabels", "compute.instances.setMetadata", "compute.instances.setTags",
		"compute.networks.updatePolicy", "compute.subnetworks.use", "compute.subnetworks.useExternalIp",
	}
	permissions := map[string]string{
		"POST instances": "instances.create", "GET instances/ID": "instances.get", "GET aggregated/instances": "instances.list",
		"DELETE instances/ID": "instances.delete", "POST operations/ID/wait": "zoneOperations.get", "GET machineTypes": "machineTypes.list",
		"GET firewalls/ID": "firewalls.get", "POST firewalls": "firewalls.create",
	}
	for _, request := range s.Ever() {
		assert.Assert(t, permissions[request] != "", request)
		allowed = append(allowed, "compute."+permissions[request])
	}
	slices.Sort(allowed)
	assert.DeepEqual(t, cloudtest.Listed(t, "gce.md", `compute\.[a-zA-Z]+\.[a-zA-Z]+\b`), allowed)
}

func TestWhatIsAskedFor(t *testing.T) {
	c, _, p := start(t)
	o := cloudtest.Order(template)
	o.Location.Template = hosts.Template{
		"size": "e2-small", "zone": "europe-west1-b", "network": "inside", "subnet": "front", "disk": 40.0, "spot": true, "user": "debian", "image": "family/mine",
	}
	m, err := p.Create(t.Context(), o)
	assert.NilError(t, err)
	labels := map[string]string{
		"io-clocker-location": "eu", "io-clocker-name": "eu-1",
		"io-clocker-hostkey": "sha256-0000000000000000000000000000000000000000000000000000",
	}
	userData := "#cloud-config"
	assert.DeepEqual(t, c.asked[0], &compute.Instance{
		Name: "eu-1-7c88b43994", MachineType: "zones/europe-west1-b/machineTypes/e2-small",
		Labels: labels,
		Tags:   &compute.Tags{Items: []string{"clocker-eu"}},
		NetworkInterfaces: []*compute.NetworkInterface{{
			Network: "global/networks/inside", Subnetwork: "regions/europe-west1/subnetworks/front",
			AccessConfigs: []*compute.AccessConfig{{Name: "External NAT", Type: "ONE_TO_ONE_NAT"}},
		}},
		Disks: []*compute.AttachedDisk{{Boot: true, AutoDelete: true, InitializeParams: &compute.AttachedDiskInitializeParams{
			SourceImage: "family/mine", DiskSizeGb: 40, Labels: labels,
		}}},
		Metadata:   &compute.Metadata{Items: []*compute.MetadataItems{{Key: "user-data", Value: &userData}}},
		Scheduling: &compute.Scheduling{ProvisioningModel: "SPOT", InstanceTerminationAction: "DELETE"},
	})
	assert.DeepEqual(t, m, hosts.Machine{
		ID: "europe-west1-b/1", Name: "eu-1", Location: "eu", User: "debian", HostKey: cloudtest.HostKey, State: hosts.MachineMaking, Size: "e2-small",
	})
	_, err = p.List(t.Context(), o.Location)
	assert.NilError(t, err)
	o.Location.Template = hosts.Template{"zone": "elsewhere"} // the list is of all zones
	all, err := p.List(t.Context(), o.Location)
	assert.NilError(t, err)
	assert.Assert(t, all[0].Created.Equal(time.Date(2026, 7, 1, 7, 0, 0, 0, time.UTC)))
	assert.DeepEqual(t, all, []hosts.Machine{{
		ID: "europe-west1-b/1", Name: "eu-1", Location: "eu", User: "root", HostKey: cloudtest.HostKey, State: hosts.MachineRunning, Size: "e2-small",
		Address: "198.51.100.7", PrivateAddress: "10.156.0.1", Created: all[0].Created,
	}})
}

func TestTheFirewallIsMadeOnce(t *testing.T) {
	c, s, p := start(t)
	_, err := p.Create(t.Context(), cloudtest.Order(template))
	assert.NilError(t, err)
	o := cloudtest.Order(template)
	o.Name = "eu-2"
	s.Next("GET firewalls/ID", answering(t, 404, "notFound")) // another run is faster
	_, err = p.Create(t.Context(), o)
	assert.NilError(t, err)
	assert.DeepEqual(t, c.rules, rules("clocker-eu", "global/networks/default"))
	assert.DeepEqual(t, c.rules[1].SourceTags, []string{"clocker-eu"})
	assert.DeepEqual(t, c.rules[1].Allowed[0], &compute.FirewallAllowed{IPProtocol: "tcp", Ports: []string{"6783-6795"}})
}

func TestSizes(t *testing.T) {
	_, _, p := start(t)
	sizes, err := p.Sizes(t.Context(), hosts.Location{})
	assert.NilError(t, err)
	assert.DeepEqual(t, sizes, []hosts.Size{
		{Name: "e2-small", Arch: "amd64", Resources: hosts.Resources{NanoCPUs: 2e9, MemoryBytes: 2 << 30}},
		{Name: "t2a-standard-1", Arch: "arm64", Resources: hosts.Resources{NanoCPUs: 1e9, MemoryBytes: 4 << 30}},
	})
}

func TestAnOperationIsWaitedFor(t *testing.T) {
	_, s, p := start(t)
	s.Next("POST instances", answering(t, 429, "rateLimitExceeded"), answering(t, 403, "userRateLimitExceeded"))
	s.Next("POST operations/ID/wait", cloudtest.Gateway(502), cloudtest.Answer(200, "application/json", `{"name":"operation-1","status":"RUNNING"}`))
	m, err := p.Create(t.Context(), cloudtest.Order(template))
	assert.NilError(t, err)
	assert.Equal(t, m.ID, "europe-west3-a/1")
}

// Sent again, an order is answered with the operation that it has begun, whose end is the answer.
func TestThatThereIsNoRoomIsKnownAfterALostAnswer(t *testing.T) {
	c, s, p := start(t)
	c.exhausted = true
	s.Next("POST instances", cloudtest.Lose)
	_, err := p.Create(t.Context(), cloudtest.Order(template))
	assert.ErrorIs(t, err, hosts.ErrCapacity)
}

func TestNoRoom(t *testing.T) {
	c, _, p := start(t)
	c.exhausted = true
	_, err := p.Create(t.Context(), cloudtest.Order(template))
	assert.ErrorIs(t, err, hosts.ErrCapacity)
	assert.ErrorContains(t, err, "create instance eu-1 (e2-small, projects/ubuntu-os-cloud/global/images/family/ubuntu-2404-lts-amd64, europe-west3-a)")
}

func TestRefusalsAreExplained(t *testing.T) {
	_, s, p := start(t)
	s.Next("GET aggregated/instances", answering(t, 403, "accessNotConfigured"), cloudtest.Answer(404, "text/html", "<html>"))
	_, err := p.List(t.Context(), hosts.Location{Name: "eu"})
	assert.ErrorContains(t, err, "gcloud services enable compute.googleapis.com")
	_, err = p.List(t.Context(), hosts.Location{Name: "eu"})
	assert.Error(t, err, "list instances: the Compute Engine answers with status 404")
}

func TestAnInstanceOfSomebodyElseIsLeftAlone(t *testing.T) {
	c, _, p := start(t)
	_, err := p.Create(t.Context(), cloudtest.Order(template))
	assert.NilError(t, err)
	c.instances[0].Labels = nil
	_, err = p.Create(t.Context(), cloudtest.Order(template))
	assert.ErrorIs(t, err, hosts.ErrConflict)
	assert.ErrorContains(t, err, "an instance of that name without our labels")
}

func TestAMachineIsMadeWhenTheLastOneOfItsNameIsGone(t *testing.T) {
	c, s, p := start(t)
	m, err := p.Create(t.Context(), cloudtest.Order(template))
	assert.NilError(t, err)
	assert.NilError(t, p.Delete(t.Context(), m))
	second, err := p.Create(t.Context(), cloudtest.Order(template))
	assert.NilError(t, err)
	assert.Assert(t, second.ID != m.ID)
	assert.Equal(t, len(c.instances), 1)

	assert.NilError(t, p.Delete(t.Context(), second))
	ctx, cancel := context.WithCancel(t.Context())
	s.Next("GET instances/ID", func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		cloudtest.JSON(w, http.StatusOK, c.instances[0])
		cancel()
	})
	_, err = p.Create(ctx, cloudtest.Order(template))
	assert.Assert(t, err != nil)
}

func TestStates(t *testing.T) {
	for status, want := range map[string]hosts.MachineState{
		"PROVISIONING": hosts.MachineMaking, "STAGING": hosts.MachineMaking, "RUNNING": hosts.MachineRunning, "REPAIRING": hosts.MachineMaking,
		"STOPPING": hosts.MachineDeleting, "TERMINATED": hosts.MachineBroken, "SUSPENDED": hosts.MachineBroken,
	} {
		got, fault := state(&compute.Instance{Status: status})
		assert.Equal(t, got, want)
		assert.Equal(t, fault != "", want == hosts.MachineBroken)
	}
}

// A service account signs what it asks for tokens with, and needs to ask once.
func TestAServiceAccountGetsATokenOnce(t *testing.T) {
	_, s, _ := start(t)
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	assert.NilError(t, err)
	encoded := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(private)})
	data, err := json.Marshal(map[string]string{
		"type": "service_account", "project_id": "shop", "client_email": "me@shop.iam", "private_key": string(encoded), "token_uri": s.URL + "/token",
	})
	assert.NilError(t, err)
	file := filepath.Join(t.TempDir(), "key.json")
	assert.NilError(t, os.WriteFile(file, data, 0o600))
	p := opened(t, s, map[string]string{"GOOGLE_APPLICATION_CREDENTIALS": file})
	for range 2 {
		_, err = p.List(t.Context(), hosts.Location{Name: "eu"})
		assert.NilError(t, err)
	}
	assert.DeepEqual(t, s.Seen(), []string{"2 GET aggregated/instances", "token"})
	s.Next("token", cloudtest.Answer(400, "application/json", `{"error":"invalid_grant","error_description":"Token has been expired or revoked."}`))
	_, err = opened(t, s, map[string]string{"GOOGLE_APPLICATION_CREDENTIALS": file}).List(t.Context(), hosts.Location{Name: "eu"})
	assert.ErrorContains(t, err, "gcloud auth application-default login")
}
