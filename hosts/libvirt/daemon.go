package libvirt

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/digitalocean/go-libvirt"
	"github.com/docker/cli/cli/connhelper/commandconn"
)

// daemon is a libvirt daemon and how it is reached.
type daemon struct {
	// name is the URI without what is private in it.
	name string
	// open is what the daemon is asked for: qemu:///system.
	open libvirt.ConnectURI
	dial func(context.Context) (net.Conn, error)
}

const systemSocket = "/run/libvirt/libvirt-sock"

// parseDaemon reads libvirt's own URIs, as far as they are of this kind.
func parseDaemon(text string) (daemon, error) {
	u, err := url.Parse(text)
	if err != nil {
		return daemon{}, errors.New("this isn't a URI")
	}
	driver, transport, _ := strings.Cut(u.Scheme, "+")
	if driver != "qemu" || u.Path != "/system" && u.Path != "/session" {
		return daemon{}, errors.New("it has to be qemu:///system or qemu+ssh://USER@HOST/system")
	}
	d := daemon{name: u.Redacted(), open: libvirt.ConnectURI(driver + "://" + u.Path)}
	socket := cmp.Or(u.Query().Get("socket"), systemSocket)
	switch {
	case transport == "ssh" && u.Host != "":
		d.dial = func(ctx context.Context) (net.Conn, error) {
			return commandconn.New(ctx, "ssh", sshArguments(u, socket)...)
		}
	case (transport == "" || transport == "unix") && u.Host == "":
		d.dial = func(ctx context.Context) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		}
	default:
		return daemon{}, fmt.Errorf("the daemon of another machine is reached by SSH: qemu+ssh://%s%s", cmp.Or(u.Host, "HOST"), u.Path)
	}
	return d, nil
}

// sshArguments have the user's own ssh join the daemon's socket, by the program
// that libvirt brings for that, or netcat.
func sshArguments(u *url.URL, socket string) []string {
	args := []string{"-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=20"}
	if u.User != nil && u.User.Username() != "" {
		args = append(args, "-l", u.User.Username())
	}
	if u.Port() != "" {
		args = append(args, "-p", u.Port())
	}
	quoted := "'" + strings.ReplaceAll(socket, "'", `'\''`) + "'"
	return append(args, "--", u.Hostname(), "if command -v virt-ssh-helper >/dev/null 2>&1 && test "+quoted+" = "+systemSocket+
		"; then exec virt-ssh-helper qemu:///system; else exec nc -U "+quoted+"; fi")
}

// session is one connection. Its calls know no context: the end of the one that
// it was opened with closes it, and so ends them.
type session struct{ *libvirt.Libvirt }

// with runs work on a connection of its own.
func (d daemon) with(ctx context.Context, work func(session) error) error {
	conn, err := d.dial(ctx)
	if err != nil {
		return d.explain(ctx, err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	client := libvirt.NewWithDialer(dialled{conn})
	if err := client.ConnectToURI(d.open); err != nil {
		return d.explain(ctx, err)
	}
	err = work(session{client})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	_ = client.Disconnect()
	return err
}

func (d daemon) explain(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("connect to libvirt at %s: %w", d.name, err)
}

// dialled is a connection that is there already.
type dialled struct{ conn net.Conn }

func (d dialled) Dial() (net.Conn, error) { return d.conn, nil }
