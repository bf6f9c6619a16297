package scheduler

import "github.com/clocker-compose/clocker-compose/hosts"

// variables are what expressions are about. docs/placement.md lists them.
type variables struct {
	Host    hostVariables    `expr:"host"`
	Service serviceVariables `expr:"service"`
	Project projectVariables `expr:"project"`

	KiB int64 `expr:"KiB"`
	MiB int64 `expr:"MiB"`
	GiB int64 `expr:"GiB"`
	TiB int64 `expr:"TiB"`
}

// hostVariables are a host as it is at that moment of placing.
type hostVariables struct {
	Name         string            `expr:"name"`
	Location     string            `expr:"location"`
	Hostname     string            `expr:"hostname"`
	OS           string            `expr:"os"`
	Arch         string            `expr:"arch"`
	Engine       string            `expr:"engine"`
	Labels       map[string]string `expr:"labels"`
	EngineLabels map[string]string `expr:"engineLabels"`
	Containers   int               `expr:"containers"`
	Replicas     int               `expr:"replicas"`
	Capacity     amounts           `expr:"capacity"`
	Reserved     amounts           `expr:"reserved"`
	Free         amounts           `expr:"free"`
	Use          useVariables      `expr:"use"`
}

// amounts are CPUs, and bytes of memory.
type amounts struct {
	CPUs   float64 `expr:"cpus"`
	Memory int64   `expr:"memory"`
}

// useVariables are what was measured, if it was.
type useVariables struct {
	Known  bool    `expr:"known"`
	CPU    float64 `expr:"cpu"`
	Memory int64   `expr:"memory"`
	Age    float64 `expr:"age"` // seconds
}

type serviceVariables struct {
	Name  string  `expr:"name"`
	Needs amounts `expr:"needs"`
}

type projectVariables struct {
	Name string `expr:"name"`
}

func variablesOf(t *Task, s *Seat) variables {
	h := s.Host
	v := variables{
		Host: hostVariables{
			Name: h.Name, Location: h.Location, Hostname: h.Hostname,
			OS: h.Platform.OS, Arch: h.Platform.Arch, Engine: h.EngineVersion,
			Labels: h.Labels, EngineLabels: h.EngineLabels,
			Containers: s.Containers, Replicas: s.Here,
			Capacity: amountsOf(h.Capacity), Reserved: amountsOf(s.Reserved), Free: amountsOf(h.Capacity.Sub(s.Reserved)),
		},
		Service: serviceVariables{t.Service, amountsOf(t.Needs)},
		Project: projectVariables{t.Project},
		KiB:     1 << 10, MiB: 1 << 20, GiB: 1 << 30, TiB: 1 << 40,
	}
	if h.Use.Fresh() {
		v.Host.Use = useVariables{true, h.Use.CPU, h.Use.MemoryBytes, h.Use.Age.Seconds()}
	}
	return v
}

func amountsOf(r hosts.Resources) amounts {
	return amounts{float64(r.NanoCPUs) / 1e9, r.MemoryBytes}
}
