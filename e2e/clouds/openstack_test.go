//go:build clouds

package clouds

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	sdk "github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/quotasets"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/projects"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/layer3/floatingips"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/poll"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/conformance"
	"github.com/clocker-compose/clocker-compose/hosts/openstack"
)

func cloudTemplate(more hosts.Template) hosts.Template {
	return with(hosts.Template{"image": "debian-12", "size": "small", "networks": []string{"lan"}}, more)
}

func cloudLocation(name string, more hosts.Template) hosts.Location {
	return hosts.Location{Name: name, Template: cloudTemplate(more)}
}

func TestOpenStackConformance(t *testing.T) {
	account := administer(t)
	account.limit(t, -1)
	conformance.Providers(t, conformance.Cloud{
		Open: func(t *testing.T, l hosts.Location) (hosts.Provider, error) {
			return open(t, openstack.Kind(), l)
		},
		Template: cloudTemplate(nil),
		Wrong: map[string]hosts.Template{
			"image win95: the cloud has no such image":           cloudTemplate(hosts.Template{"image": "win95"}),
			"size huge: the cloud has no such flavor":            cloudTemplate(hosts.Template{"size": "huge"}),
			"network wan: the cloud has no such network":         cloudTemplate(hosts.Template{"networks": []string{"wan"}}),
			"The requested availability zone is not available":   cloudTemplate(hosts.Template{"zone": "mars"}),
			"Invalid key_name provided":                          cloudTemplate(hosts.Template{"key": "nobody's"}),
			`the cloud has no compute service in region "south"`: cloudTemplate(hosts.Template{"region": "south"}),
		},
		Limit:    account.limit,
		Many:     21, // one more than a page has
		Patience: 3 * time.Minute,
	})
}

// TestOpenStackFloatingAddress gives a machine an address that leads in from
// outside, and takes it back.
func TestOpenStackFloatingAddress(t *testing.T) {
	account := administer(t)
	account.limit(t, -1)
	l := cloudLocation("float", hosts.Template{"floating-network": "outside"})
	p := opened(t, openstack.Kind(), l)
	ctx := within(t)
	m, err := p.Create(ctx, hosts.Order{Location: l, Name: "float-1", UserData: "#cloud-config\n", HostKey: "SHA256:x"})
	assert.NilError(t, err)
	all, err := p.List(ctx, l)
	assert.NilError(t, err)
	assert.Equal(t, len(all), 1)
	poll.WaitOn(t, func(poll.LogT) poll.Result {
		all, err := p.List(ctx, l)
		if err != nil {
			return poll.Error(err)
		}
		if all[0].Address == "" {
			return poll.Continue("the machine has no address")
		}
		m = all[0]
		return poll.Success()
	}, poll.WithTimeout(limit))
	assert.Equal(t, m.Address[:8], "192.0.2.")
	assert.Equal(t, m.PrivateAddress[:6], "10.20.")
	assert.Equal(t, account.floating(t), 1)
	assert.NilError(t, p.Delete(ctx, m))
	assert.Equal(t, account.floating(t), 0)
}

// TestOpenStackNoRoom orders what no hypervisor can hold.
func TestOpenStackNoRoom(t *testing.T) {
	administer(t).limit(t, -1)
	l := cloudLocation("full", hosts.Template{"size": "vast"})
	p := opened(t, openstack.Kind(), l)
	_, err := p.Create(within(t), hosts.Order{Location: l, Name: "full-1"})
	assert.ErrorIs(t, err, hosts.ErrCapacity)
	assert.ErrorContains(t, err, "No valid host was found")
	all, err := p.List(within(t), l)
	assert.NilError(t, err)
	for _, m := range all {
		assert.Equal(t, m.State, hosts.MachineDeleting)
	}
}

// TestOpenStackDown ends the cloud's interfaces, and starts them again: nothing
// is lost, and whoever asks meanwhile is told so.
func TestOpenStackDown(t *testing.T) {
	administer(t).limit(t, -1)
	l := cloudLocation("down", nil)
	before := opened(t, openstack.Kind(), l)
	m, err := before.Create(within(t), hosts.Order{Location: l, Name: "down-1", HostKey: "SHA256:x"})
	assert.NilError(t, err)

	command(t, "api", "stop")
	began := time.Now()
	_, err = before.List(within(t), l)
	assert.ErrorContains(t, err, "list servers: 127.0.0.1:8774 doesn't answer")
	_, err = opened(t, openstack.Kind(), l).Create(within(t), hosts.Order{Location: l, Name: "down-2"})
	assert.ErrorContains(t, err, "log in to OpenStack at http://127.0.0.1:5000/v3: 127.0.0.1:5000 doesn't answer")
	assert.Assert(t, before.Delete(within(t), m) != nil)
	t.Logf("told after %s", time.Since(began))
	command(t, "api", "start")

	all, err := before.List(within(t), l)
	assert.NilError(t, err)
	assert.Equal(t, len(all), 1)
	assert.Equal(t, all[0].ID, m.ID)
	assert.NilError(t, before.Delete(within(t), m))
}

// TestOpenStackFirstMachine measures from nothing to a machine that runs.
func TestOpenStackFirstMachine(t *testing.T) {
	administer(t).limit(t, -1)
	l := cloudLocation("first", nil)
	ctx := within(t)
	began := time.Now()
	p := opened(t, openstack.Kind(), l)
	m, err := p.Create(ctx, hosts.Order{Location: l, Name: "first-1", HostKey: "SHA256:x"})
	assert.NilError(t, err)
	t.Logf("ordered in %s", time.Since(began))
	poll.WaitOn(t, func(poll.LogT) poll.Result {
		all, err := p.List(ctx, l)
		if err != nil {
			return poll.Error(err)
		}
		if all[0].State != hosts.MachineRunning {
			return poll.Continue("it is %s", all[0].State)
		}
		return poll.Success()
	}, poll.WithTimeout(limit))
	t.Logf("runs after %s", time.Since(began))
	assert.NilError(t, p.Delete(ctx, m))
}

// account is the cloud's administrator, who sets what the user of the tests may have.
type account struct {
	compute, network *gophercloud.ServiceClient
	project          string
}

func administer(t *testing.T) account {
	t.Helper()
	ctx := within(t)
	client, err := sdk.AuthenticatedClient(ctx, gophercloud.AuthOptions{
		IdentityEndpoint: os.Getenv("OS_AUTH_URL"), Username: "admin", Password: "lab", TenantName: "admin", DomainName: "Default",
	})
	assert.NilError(t, err)
	where := gophercloud.EndpointOpts{Region: "lab"}
	identity, err := sdk.NewIdentityV3(client, where)
	assert.NilError(t, err)
	var a account
	a.compute, err = sdk.NewComputeV2(client, where)
	assert.NilError(t, err)
	a.network, err = sdk.NewNetworkV2(client, where)
	assert.NilError(t, err)
	a.project = projectID(ctx, t, identity, os.Getenv("OS_PROJECT_NAME"))
	return a
}

func projectID(ctx context.Context, t *testing.T, identity *gophercloud.ServiceClient, name string) string {
	t.Helper()
	pages, err := projects.List(identity, projects.ListOpts{Name: name}).AllPages(ctx)
	assert.NilError(t, err)
	found, err := projects.ExtractProjects(pages)
	assert.NilError(t, err)
	assert.Equal(t, len(found), 1)
	return found[0].ID
}

// limit lets the project have so many servers more; any number where n is negative.
func (a account) limit(t *testing.T, n int) {
	t.Helper()
	ctx := within(t)
	if n >= 0 {
		used, err := quotasets.GetDetail(ctx, a.compute, a.project).Extract()
		assert.NilError(t, err)
		n += used.Instances.InUse
	}
	any := -1
	_, err := quotasets.Update(ctx, a.compute, a.project, quotasets.UpdateOpts{Instances: &n, Cores: &any, RAM: &any}).Extract()
	assert.NilError(t, err)
}

// floating counts the project's floating addresses.
func (a account) floating(t *testing.T) int {
	t.Helper()
	pages, err := floatingips.List(a.network, floatingips.ListOpts{ProjectID: a.project}).AllPages(within(t))
	assert.NilError(t, err)
	found, err := floatingips.ExtractFloatingIPs(pages)
	assert.NilError(t, err)
	return len(found)
}
