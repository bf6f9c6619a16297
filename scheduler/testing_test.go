package scheduler

import (
	"fmt"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

const gib = 1 << 30

// host is a ready linux/amd64 candidate with 4 CPUs and 8 GiB, and edits to it.
func host(name string, edits ...func(*Candidate)) Candidate {
	c := Candidate{Host: hosts.Host{
		Name: name, Location: "eu", ID: "ID-" + name, Hostname: name + ".local",
		Platform:     hosts.Platform{OS: "linux", Arch: "amd64"},
		Capacity:     hosts.Resources{NanoCPUs: 4e9, MemoryBytes: 8 * gib},
		Availability: hosts.Active,
		Status:       hosts.Status{Ready: true},
	}}
	for _, edit := range edits {
		edit(&c)
	}
	return c
}

func containers(n int) func(*Candidate) { return func(c *Candidate) { c.Containers = n } }

func replicas(service string, n int) func(*Candidate) {
	return func(c *Candidate) { c.Replicas = map[string]int{"shop/" + service: n} }
}

func holding(ports ...hosts.PublishedPort) func(*Candidate) {
	return func(c *Candidate) { c.Ports = ports }
}

func reserving(cpus, memory int64) func(*Candidate) {
	return func(c *Candidate) { c.Reserved = hosts.Resources{NanoCPUs: cpus, MemoryBytes: memory} }
}

func reservingDevices(d hosts.Devices) func(*Task) { return func(t *Task) { t.Devices = d } }

// having is a host's devices, and those that are taken.
func having(all, taken hosts.Devices) func(*Candidate) {
	return func(c *Candidate) { c.Host.Devices, c.Devices = all, taken }
}

func against(all ...Objection) func(*Candidate) {
	return func(c *Candidate) { c.Objections = all }
}

func labelled(l map[string]string) func(*Candidate) {
	return func(c *Candidate) { c.Host.Labels = l }
}

func drained(c *Candidate) { c.Host.Availability = hosts.Drain }

func down(reason string) func(*Candidate) {
	return func(c *Candidate) { c.Host.Status = hosts.Status{Reason: reason} }
}

// usedOver is a part of all CPUs, measured some time ago over a window.
func usedOver(cpu float64, age, window time.Duration) func(*Candidate) {
	return func(c *Candidate) { c.Host.Use = &hosts.Use{CPU: cpu, Age: age, Window: window} }
}

// task is a replica of a service of project shop, and edits to it.
func task(service string, number int, edits ...func(*Task)) Task {
	t := Task{Name: fmt.Sprintf("%s-%d", service, number), Project: "shop", Service: service, Number: number}
	for _, edit := range edits {
		edit(&t)
	}
	return t
}

func tasks(service string, n int, edits ...func(*Task)) []Task {
	var all []Task
	for i := range n {
		all = append(all, task(service, i+1, edits...))
	}
	return all
}

func on(host string) func(*Task) { return func(t *Task) { t.Current = host } }

func grouped(name string) func(*Task) { return func(t *Task) { t.Group = name } }

func needing(cpus, memory int64) func(*Task) {
	return func(t *Task) { t.Needs = hosts.Resources{NanoCPUs: cpus, MemoryBytes: memory} }
}

func publishing(ports ...hosts.PublishedPort) func(*Task) {
	return func(t *Task) { t.Ports = ports }
}

func constrained(texts ...string) func(*Task) { return func(t *Task) { t.Constraints = texts } }

func atMost(n int) func(*Task) { return func(t *Task) { t.MaxPerHost = n } }

func pinned(reason string, names ...string) func(*Task) {
	return func(t *Task) { t.Pins = append(t.Pins, Pin{Hosts: names, Reason: reason}) }
}

// by gives a task strategies: "depth-first", or "max-containers", 16.
func by(words ...any) func(*Task) {
	return func(t *Task) {
		for _, w := range words {
			if name, ok := w.(string); ok {
				t.Strategies = append(t.Strategies, hosts.Strategy{Name: name})
			} else {
				t.Strategies[len(t.Strategies)-1].Value = w
			}
		}
	}
}

// with gives a task strategies and their values, in pairs.
func with(pairs ...any) func(*Task) {
	var all []hosts.Strategy
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, hosts.Strategy{Name: pairs[i].(string), Value: pairs[i+1]})
	}
	return func(t *Task) { t.Strategies = append(t.Strategies[:len(t.Strategies):len(t.Strategies)], all...) }
}

func tcp(ip string, port uint16) hosts.PublishedPort {
	return hosts.PublishedPort{HostIP: ip, HostPort: port, ContainerPort: 80, Protocol: "tcp"}
}

// chosen is "web-1@h1 web-2@h2", with ! for a task that stays and - for none.
func chosen(decisions []Decision) string {
	s := ""
	for _, d := range decisions {
		mark := "@"
		if d.Stays {
			mark = "!"
		}
		if d.Host == "" {
			mark = "-"
		}
		s += " " + d.Task.Name + mark + d.Host
	}
	return s[min(1, len(s)):]
}
