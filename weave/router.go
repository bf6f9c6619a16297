package weave

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"strconv"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/weave/notes"
)

// What the router is called on every host. Its volume holds the router's
// memory of its peers, and the driver's of its networks.
const (
	RouterName   = "clocker-router"
	RouterVolume = hosts.FabricVolume
)

// Labels of the router's container, besides hosts.LabelFabric.
const (
	// labelShape is a digest of all that shapes the router and the driver.
	labelShape = "io.clocker.fabric.shape"
	// labelDatapath is how frames travel: fast or sleeve. It is chosen when a
	// host joins and kept.
	labelDatapath = "io.clocker.fabric.datapath"
	// labelKey tells keys apart, and nothing of them.
	labelKey = "io.clocker.fabric.key"
)

// Ports and addresses of the router. The port after Port carries the fast
// datapath between hosts; the others are for the host itself only.
const (
	Port       = 6783
	httpAddr   = "127.0.0.1:6784"
	statusAddr = "127.0.0.1:6782"
	dnsAddr    = "127.0.0.1:6753"
)

// router is the container to run on the host.
func (f *Fabric) router(host hosts.Host, way, driver string) hosts.ContainerSpec {
	config := &container.Config{
		Image:      f.o.Image,
		Entrypoint: []string{"/home/weave/weaver"},
		Cmd:        f.arguments(host, way),
		Env:        []string{"CHECKPOINT_DISABLE=1"},
		Labels: map[string]string{
			hosts.LabelFabric: "router",
			labelDatapath:     way,
			labelShape:        f.shape(host, way, driver),
		},
	}
	if f.o.Password != "" {
		config.Labels[labelKey] = f.keyMark()
		config.Env = append(config.Env, "WEAVE_PASSWORD="+f.o.Password)
	}
	return hosts.ContainerSpec{Name: RouterName, Config: config, HostConfig: routerHost()}
}

// routerHost gives the router the host's network, and nothing else of it. It
// writes to /proc/sys/net, which engines otherwise make read-only, and which the
// profiles forbid that they have for containers under AppArmor and SELinux.
func routerHost() *container.HostConfig {
	return &container.HostConfig{
		NetworkMode:   "host",
		UsernsMode:    "host", // an engine that maps users gives the host's network to no others
		CapAdd:        []string{"NET_ADMIN", "NET_RAW"},
		MaskedPaths:   []string{},
		ReadonlyPaths: []string{},
		SecurityOpt:   []string{"apparmor=unconfined", "label=disable"},
		RestartPolicy: container.RestartPolicy{Name: container.RestartPolicyAlways},
		Mounts:        []mount.Mount{{Type: mount.TypeVolume, Source: RouterVolume, Target: "/weavedb"}},
		LogConfig:     container.LogConfig{Type: "json-file", Config: map[string]string{"max-size": "5m", "max-file": "2"}},
	}
}

// arguments leave the peers out: the router is told them while it runs, so that
// a change of the pool does not cut traffic. It remembers them, and with --resume
// one that replaces it knows them too, even if nobody is left to tell it.
func (f *Fabric) arguments(host hosts.Host, way string) []string {
	a := []string{
		"--name", peerName(host), "--nickname", host.Name,
		"--resume", "--port", strconv.Itoa(Port), "--mtu", strconv.Itoa(f.o.MTU),
		"--ipalloc-range=", "--docker-api=",
		"--http-addr", httpAddr, "--status-addr", statusAddr,
		"--dns-listen-address", dnsAddr, "--resolv-conf", "/etc/resolv.conf",
	}
	if way != notes.Fast {
		a = append(a, "--no-fastdp")
	}
	return a
}

// peerName is the router's identity in the mesh, made of the host's name,
// which is unique in the pool; the router's own choice, the machine's ID, is
// the same on machines that were cloned.
func peerName(host hosts.Host) string {
	sum := sha256.Sum256([]byte("clocker router " + host.Name))
	mac := net.HardwareAddr(sum[:6])
	mac[0] = mac[0]&^0x01 | 0x02
	return mac.String()
}

// keyMark is what users compare, to see whether they have the same key. A key is
// 32 random bytes, which nobody finds by trying.
func (f *Fabric) keyMark() string {
	mac := hmac.New(sha256.New, []byte(f.o.Password))
	mac.Write([]byte("clocker fabric key"))
	return hex.EncodeToString(mac.Sum(nil)[:8])
}

// shape changes with everything that makes a router or a driver out of date.
// The password is its key, so that the label tells nothing of it.
func (f *Fabric) shape(host hosts.Host, way, driver string) string {
	plain, err := json.Marshal(struct {
		Image, Driver string
		Arguments     []string
		Host          *container.HostConfig
	}{f.o.Image, driver, f.arguments(host, way), routerHost()})
	if err != nil {
		panic(fmt.Sprintf("encode the router's shape: %v", err)) // plain data always encodes
	}
	mac := hmac.New(sha256.New, []byte("clocker fabric "+f.o.Password))
	mac.Write(plain)
	return hex.EncodeToString(mac.Sum(nil)[:16])
}
