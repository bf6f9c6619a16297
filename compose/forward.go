package compose

import (
	"context"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// ForwardOptions say which ports answer on this machine.
type ForwardOptions struct {
	Project string
	// Services are those whose ports answer; none is all.
	Services []string
	// Listen opens a port of this machine, by its address; nil is [net.Listen].
	Listen func(address string) (net.Listener, error)
	// Opened tells of each port that answers here, and who behind it; may be nil.
	Opened func(address string, replicas []string)
}

// Forward lets the ports that a project publishes on other hosts answer on this
// machine's loopback, until ctx ends, which is no error. Each connection goes to
// the next of the replicas that live. Ports of this machine's own engine answer
// already, and a port that is taken here is warned of.
func Forward(ctx context.Context, env *Env, o ForwardOptions) error {
	f := &forwarder{env: env, options: o, doors: map[uint16]*door{}, warned: map[string]bool{}, stirred: make(chan struct{}, 1)}
	ctx, cancel := context.WithCancel(ctx)
	defer f.work.Wait()
	defer f.closeAll()
	defer cancel()
	if err := f.refresh(ctx, true); err != nil {
		return err
	}
	for _, h := range env.Pool {
		f.work.Go(func() { f.listen(ctx, h) })
	}
	f.keepUp(ctx)
	return nil
}

// forwarder is one call of Forward. Only its own goroutine touches doors.
type forwarder struct {
	env     *Env
	options ForwardOptions
	doors   map[uint16]*door
	warned  map[string]bool
	// stirred has a value where containers have come or gone.
	stirred chan struct{}
	work    sync.WaitGroup
}

const (
	// settling is how long containers may come and go before the hosts are asked again.
	settling = 300 * time.Millisecond
	// lookAgain is how often hosts are asked where no event tells.
	lookAgain = 30 * time.Second
)

// keepUp follows the containers as they come and go.
func (f *forwarder) keepUp(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(lookAgain):
		case <-f.stirred:
			select {
			case <-time.After(settling):
			case <-ctx.Done():
				return
			}
		}
		_ = f.refresh(ctx, false) // hosts that don't answer keep what was known of them
	}
}

// listen hears of containers that start and end on a host. What came or went
// before it listened shows where the hosts are asked once more then.
func (f *forwarder) listen(ctx context.Context, h hosts.Host) {
	for {
		if engine, err := f.env.Connect(h); err == nil { // otherwise refresh has told
			o := hosts.EventOptions{Label: hosts.LabelProject + "=" + f.options.Project, Began: f.stir}
			_ = engine.Events(ctx, o, func(e hosts.ContainerEvent) {
				if e.Action == "start" || e.Action == "die" {
					f.stir()
				}
			})
		}
		if !pause(ctx, lookAgain) {
			return
		}
	}
}

func (f *forwarder) stir() {
	select {
	case f.stirred <- struct{}{}:
	default:
	}
}

// refresh opens and closes doors so that they lead to what runs now.
func (f *forwarder) refresh(ctx context.Context, first bool) error {
	snapshot, err := Observe(ctx, f.env)
	if err != nil {
		return err
	}
	if absent := snapshot.Absent(); first && len(absent) > 0 && len(absent) == len(f.env.Pool) {
		return plan.Unreachable(absent)
	}
	wanted := f.published(snapshot)
	for port, d := range f.doors {
		if len(wanted[port]) == 0 && len(snapshot.Absent()) == 0 {
			d.close()
			delete(f.doors, port)
		}
	}
	for _, port := range sortedPorts(wanted) {
		f.open(ctx, port, wanted[port])
	}
	return nil
}

// published are the places behind each port, sorted by service, number and host.
func (f *forwarder) published(s state.Snapshot) map[uint16][]outlet {
	ports := map[uint16][]outlet{}
	for _, c := range s.Project(f.options.Project) {
		if c.Oneoff() || c.State != hosts.Running || !f.concerns(c.Service()) {
			continue
		}
		for _, p := range c.Ports {
			f.note(ports, s, c, p)
		}
	}
	return ports
}

func (f *forwarder) concerns(service string) bool {
	return len(f.options.Services) == 0 || slices.Contains(f.options.Services, service)
}

// note adds a place, unless it can't be reached, or the port is another
// service's already, which on one machine it couldn't be either.
func (f *forwarder) note(ports map[uint16][]outlet, s state.Snapshot, c state.Container, p hosts.PublishedPort) {
	h := s.Host(c.Host).Host
	if p.HostPort == 0 || h.Address == "" { // not published, or on this machine
		return
	}
	if p.Protocol != "tcp" {
		f.warnOnce("port " + portText(p) + " of " + c.Name + " isn't forwarded: only TCP is")
		return
	}
	known := ports[p.HostPort]
	if len(known) > 0 && (known[0].service != c.Service() || known[0].port.ContainerPort != p.ContainerPort) {
		f.warnOnce("port " + portText(p) + " of " + c.Name + " isn't forwarded: here it leads to " + known[0].service)
		return
	}
	if slices.ContainsFunc(known, func(k outlet) bool { return k.host == c.Host && k.name == c.Name }) {
		return // the same port on IPv6
	}
	ports[p.HostPort] = append(known, outlet{host: c.Host, service: c.Service(), name: c.Name, port: p})
}

func (f *forwarder) warnOnce(sentence string) {
	if !f.warned[sentence] {
		f.warned[sentence] = true
		f.env.warn([]string{sentence})
	}
}

// open opens a door, or shows one that is open where it leads now.
func (f *forwarder) open(ctx context.Context, port uint16, places []outlet) {
	if d := f.doors[port]; d != nil {
		d.lead(places)
		return
	}
	address := loopback(port)
	l, err := f.bind(address)
	if err != nil {
		f.warnOnce(address + " isn't forwarded: " + cause(err) + " on this machine")
		return
	}
	d := &door{listener: l, dial: f.dial}
	d.lead(places)
	f.doors[port] = d
	f.work.Go(func() { d.serve(ctx) })
	if f.options.Opened != nil {
		f.options.Opened(address, names(places))
	}
}

func (f *forwarder) bind(address string) (net.Listener, error) {
	if f.options.Listen != nil {
		return f.options.Listen(address)
	}
	return net.Listen("tcp", address)
}

func (f *forwarder) dial(ctx context.Context, to outlet) (net.Conn, error) {
	engine, err := f.env.engine(to.host)
	if err != nil {
		return nil, err
	}
	return engine.DialPort(ctx, to.port)
}

func (f *forwarder) closeAll() {
	for _, d := range f.doors {
		d.close()
	}
}
