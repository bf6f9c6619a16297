package scheduler

import "github.com/clocker-compose/clocker-compose/hosts"

// Task is one replica that wants a host.
type Task struct {
	// Name is how reasons call it: "web-3".
	Name string
	// Project and Service it belongs to, and its number in the service, from 1.
	Project, Service string
	Number           int
	// Locations it may be placed in; none is any.
	Locations []string
	// Platform it needs; empty parts match any.
	Platform hosts.Platform
	// Needs are its reservations. Needs.Containers is ignored: a task is one container.
	Needs hosts.Resources
	// Devices are GPUs and the like that it reserves, by kind; 0 of a kind wants
	// a host that has it, and shares.
	Devices hosts.Devices
	// Ports are the fixed host ports it publishes.
	Ports []hosts.PublishedPort
	// Pins restrict it to hosts, each with its reason: "volume shop_data is there".
	Pins []Pin
	// Constraints are those of deploy.placement: "node.labels.disk==ssd".
	Constraints []string
	// MaxPerHost bounds the replicas of its service on one host; 0 is no bound.
	MaxPerHost int
	// Group names tasks that must share one host; "" is none.
	Group string
	// Strategies are the rules of its location, project or service, in order.
	Strategies []hosts.Strategy
	// Current is the host that it runs on already, "" for a new one. It stays
	// there while the filters let it.
	Current string
	// Tied says that it can't leave Current, because its data is there: it stays
	// even where that host is drained.
	Tied bool
}

// Pin restricts a task to some hosts.
type Pin struct {
	// Hosts are names of hosts, sorted.
	Hosts []string
	// Reason completes "…: ", such as "volume shop_data is on h2".
	Reason string
}

// Candidate is a host and what is on it already, the tasks to be placed excluded.
type Candidate struct {
	Host hosts.Host
	// Strategies are the rules of its location. Their filters hold for every
	// task on this host, before the task's own.
	Strategies []hosts.Strategy
	// Containers counts all containers that are not removed, of any project.
	Containers int
	// Reserved is what they reserve together.
	Reserved hosts.Resources
	// Devices are those that they reserve.
	Devices hosts.Devices
	// Ports are the host ports that they hold.
	Ports []hosts.PublishedPort
	// Replicas counts them by "project/service".
	Replicas map[string]int
	// Exclusive is the service, "project/service", that has the host to itself,
	// where it is not among the tasks to be placed; "" is none.
	Exclusive string
	// Objections are what services that are there have against others, where
	// they are not among the tasks to be placed.
	Objections []Objection
}

// Objection is that a service keeps others away from its hosts.
type Objection struct {
	// Service is "project/service".
	Service string
	// Project and Against name whom it keeps away; both may hold * and ?.
	Project, Against string
}

// Decision is where a task goes, and why not elsewhere.
type Decision struct {
	Task Task
	// Host is the chosen host's name; "" where none fits.
	Host string
	// Stays says that it was there already.
	Stays bool
	// Reason says in a few words why this host: "breadth-first: 0 containers of web".
	Reason string
	// Rejected are the hosts that a filter refused at that moment.
	Rejected Rejections
	// Ranked are the hosts that were left, the best first. Only [Catalog.Explain]
	// fills it in.
	Ranked []Ranking
}
