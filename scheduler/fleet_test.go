package scheduler

import (
	"fmt"
	"slices"
	"testing"

	"gotest.tools/v3/assert"
	"pgregory.net/rapid"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// fleet is some hosts of 4 CPUs and 8 GiB with so many containers each.
func fleet(most int, h hosts.Headroom, loads ...int) *Fleet {
	f := &Fleet{Most: most, Headroom: h, Max: 10, Next: hosts.Resources{NanoCPUs: 4e9, MemoryBytes: 8 * gib}, Working: len(loads), Machines: len(loads)}
	for i, n := range loads {
		f.Hosts = append(f.Hosts, host(fmt.Sprintf("h%d", i+1), containers(n), reserving(int64(n)*1e9, int64(n)*gib)))
	}
	return f
}

func TestMissing(t *testing.T) {
	for _, c := range []struct {
		name string
		f    *Fleet
		edit func(*Fleet)
		more int
		why  string
	}{
		{name: "no headroom, no host", f: fleet(4, hosts.Headroom{})},
		{name: "ten containers and two more fit three hosts of four", f: fleet(4, hosts.Headroom{Containers: 2}, 4, 4, 2)},
		{name: "three more don't", f: fleet(4, hosts.Headroom{Containers: 3}, 4, 4, 2), more: 1, why: "headroom of 3 containers"},
		{name: "seven more want two hosts", f: fleet(4, hosts.Headroom{Containers: 7}, 4, 4, 2), more: 2, why: "headroom of 7 containers"},
		{name: "of which there may be one", f: fleet(4, hosts.Headroom{Containers: 7}, 4, 4, 2), edit: func(f *Fleet) { f.Max = 4 }, more: 1, why: "headroom of 7 containers"},
		{name: "too many are left alone", f: fleet(4, hosts.Headroom{Containers: 7}, 4, 4, 2), edit: func(f *Fleet) { f.Max = 2 }},
		{name: "without a bound any host has room", f: fleet(0, hosts.Headroom{Containers: 4}, 99)},
		{name: "but there has to be one", f: fleet(0, hosts.Headroom{Containers: 4}), more: 1, why: "headroom of 4 containers"},
		{name: "an overfull host doesn't count against the others", f: fleet(4, hosts.Headroom{Containers: 2}, 9, 2)},
		{name: "CPUs", f: fleet(0, hosts.Headroom{NanoCPUs: 5e9}, 3), more: 1, why: "headroom of 5 CPUs"},
		{name: "memory", f: fleet(0, hosts.Headroom{MemoryBytes: 14 * gib}, 3), more: 2, why: "headroom of 14 GiB"},
		{name: "a quarter free of three full hosts is one more", f: fleet(4, hosts.Headroom{Percent: 25}, 4, 4, 4), more: 1, why: "headroom of 25%"},
		{name: "all free is never reached", f: fleet(4, hosts.Headroom{Percent: 100}, 1), more: 9, why: "headroom of 100%"},
		{name: "a part of nothing is nothing", f: fleet(4, hosts.Headroom{Percent: 50})},
		{name: "the least", f: fleet(4, hosts.Headroom{}), edit: func(f *Fleet) { f.Min = 2 }, more: 2, why: "at least 2 hosts"},
		{name: "the least is headroom, too", f: fleet(4, hosts.Headroom{Containers: 8}), edit: func(f *Fleet) { f.Min = 2 }, more: 2, why: "at least 2 hosts"},
		{name: "failed ones count as there, not as working", f: fleet(4, hosts.Headroom{}, 0), edit: func(f *Fleet) { f.Min, f.Max, f.Machines = 3, 3, 2 }, more: 1, why: "at least 3 hosts"},
		{name: "of hosts that nobody knows one is made at a time", f: fleet(0, hosts.Headroom{MemoryBytes: 64 * gib}), edit: func(f *Fleet) { f.Next = hosts.Resources{} }, more: 1, why: "headroom of 64 GiB"},
		{name: "and none while one is being made", f: fleet(0, hosts.Headroom{MemoryBytes: 64 * gib}), edit: func(f *Fleet) { f.Next, f.Coming, f.Working = hosts.Resources{}, 1, 1 }},
		{name: "but for the least", f: fleet(0, hosts.Headroom{MemoryBytes: 64 * gib}), edit: func(f *Fleet) { f.Next, f.Coming, f.Working, f.Min = hosts.Resources{}, 1, 1, 2 }, more: 1, why: "at least 2 hosts"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.edit != nil {
				c.edit(c.f)
			}
			more, why := c.f.Missing()
			assert.Equal(t, more, c.more)
			assert.Equal(t, why, c.why)
		})
	}
}

func TestSpare(t *testing.T) {
	f := fleet(4, hosts.Headroom{Containers: 3}, 2, 0, 0, 4)
	assert.DeepEqual(t, f.Spare([]string{"h3", "h2"}), []string{"h3"})
	assert.DeepEqual(t, f.Spare([]string{"h2", "h3"}), []string{"h2"})
	f.Headroom.Containers = 2
	assert.DeepEqual(t, f.Spare([]string{"h3", "h2"}), []string{"h3", "h2"})
	f.Min = 3
	assert.DeepEqual(t, f.Spare([]string{"h3", "h2"}), []string{"h3"})
	f.Headroom.Containers = 11
	assert.Equal(t, len(f.Spare([]string{"h3", "h2"})), 0)
}

func drawFleet(t *rapid.T) *Fleet {
	loads := rapid.SliceOfN(rapid.IntRange(0, 5), 0, 8).Draw(t, "loads")
	f := fleet(rapid.IntRange(0, 5).Draw(t, "most"), hosts.Headroom{
		Containers:  rapid.IntRange(0, 12).Draw(t, "containers"),
		Percent:     float64(rapid.IntRange(0, 100).Draw(t, "percent")),
		NanoCPUs:    rapid.Int64Range(0, 12).Draw(t, "cpus") * 1e9,
		MemoryBytes: rapid.Int64Range(0, 20).Draw(t, "memory") * gib,
	}, loads...)
	f.Machines += rapid.IntRange(0, 2).Draw(t, "failed")
	f.Max = rapid.IntRange(0, 12).Draw(t, "max")
	f.Min = rapid.IntRange(0, f.Max).Draw(t, "min")
	f.Next = rapid.SampledFrom([]hosts.Resources{{}, {NanoCPUs: 2e9, MemoryBytes: 4 * gib}, {NanoCPUs: 4e9, MemoryBytes: 8 * gib}}).Draw(t, "next")
	return f
}

// grow makes what is missing, as empty hosts.
func (f *Fleet) grow(more int) {
	for range more {
		c := host(fmt.Sprintf("new%d", f.Machines+1))
		c.Host.Capacity = f.Next
		f.Hosts = append(f.Hosts, c)
		f.Working, f.Machines = f.Working+1, f.Machines+1
	}
}

func (f *Fleet) shrink(names []string) {
	f.Hosts = slices.DeleteFunc(f.Hosts, func(c Candidate) bool { return slices.Contains(names, c.Host.Name) })
	f.Working, f.Machines = f.Working-len(names), f.Machines-len(names)
}

func (f *Fleet) empty() []string {
	var names []string
	for _, c := range f.Hosts {
		if c.Containers == 0 {
			names = append(names, c.Host.Name)
		}
	}
	return names
}

func TestAFleetKeepsItsBoundsAndComesToRest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawFleet(t)
		before := f.Machines
		for round := 0; ; round++ { // where nobody knows what a host has, one is made at a time
			more, why := f.Missing()
			assert.Equal(t, more > 0 && why == "", false, "a host is made for no reason")
			if more == 0 {
				break
			}
			f.grow(more)
			assert.Assert(t, round < 20)
		}
		assert.Assert(t, f.Machines <= max(before, f.Max), "%d machines of at most %d", f.Machines, f.Max)
		working := f.Working
		gone := f.Spare(f.empty())
		f.shrink(gone)
		assert.Assert(t, f.Working >= min(working, f.Min), "%d hosts of at least %d", f.Working, f.Min)
		more, _ := f.Missing()
		assert.Assert(t, len(gone) == 0 || more == 0, "%d hosts are made again after %v went", more, gone)
		assert.Equal(t, len(f.Spare(f.empty())), 0, "not all went at once")
	})
}

func TestWhatWasJustMadeStays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawFleet(t)
		more, _ := f.Missing()
		if f.Next == (hosts.Resources{}) || more == 0 {
			return
		}
		there := len(f.Hosts)
		f.grow(more)
		var made []string
		for _, c := range f.Hosts[there:] {
			made = append(made, c.Host.Name)
		}
		assert.Equal(t, len(f.Spare(made)), 0)
	})
}

func TestMoreHeadroomWantsNoFewerHosts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawFleet(t)
		less, _ := f.Missing()
		switch rapid.IntRange(0, 3).Draw(t, "part") {
		case 0:
			f.Headroom.Containers++
		case 1:
			f.Headroom.Percent = min(100, f.Headroom.Percent+1)
		case 2:
			f.Headroom.NanoCPUs += 1e9
		case 3:
			f.Min = min(f.Max, f.Min+1)
		}
		more, _ := f.Missing()
		if f.Next != (hosts.Resources{}) {
			assert.Assert(t, more >= less, "%d, and %d before", more, less)
		}
	})
}

func TestMoreContainersWantNoFewerHosts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawFleet(t)
		if len(f.Hosts) == 0 {
			return
		}
		less, _ := f.Missing()
		c := &f.Hosts[rapid.IntRange(0, len(f.Hosts)-1).Draw(t, "at")]
		c.Containers++
		c.Reserved.NanoCPUs += 1e9
		more, _ := f.Missing()
		assert.Assert(t, more >= less, "%d, and %d before", more, less)
	})
}

func TestMostContainers(t *testing.T) {
	assert.Equal(t, MostContainers(nil), 0)
	assert.Equal(t, MostContainers(task("web", 1, with("max-containers", 6, "random", nil, "max-containers", 4)).Strategies), 4)
}

func TestCheapestSize(t *testing.T) {
	euro := func(micros int64) *hosts.Price { return &hosts.Price{Micros: micros, Currency: "EUR"} }
	size := func(name string, cpus, memory int64, price *hosts.Price) hosts.Size {
		return hosts.Size{Name: name, Resources: hosts.Resources{NanoCPUs: cpus * 1e9, MemoryBytes: memory * gib}, Price: price}
	}
	arm := size("arm", 2, 4, euro(3000))
	arm.Arch = "arm64"
	all := []hosts.Size{size("huge", 16, 64, euro(90000)), size("small", 2, 4, euro(8000)), size("old", 2, 4, euro(9000)), size("large", 4, 16, euro(16000)), size("gift", 1, 64, nil), arm}
	for _, c := range []struct {
		needs hosts.Resources
		arch  string
		want  string
	}{
		{want: "arm"},
		{arch: "amd64", want: "small"},
		{arch: "amd64", needs: hosts.Resources{NanoCPUs: 3e9}, want: "large"},
		{arch: "amd64", needs: hosts.Resources{MemoryBytes: 4 * gib}, want: "large"}, // its kernel has some of the 4
		{arch: "amd64", needs: hosts.Resources{MemoryBytes: 32 * gib}, want: "huge"},
		{arch: "amd64", needs: hosts.Resources{NanoCPUs: 17e9}, want: ""},
	} {
		got, ok := CheapestSize(all, c.needs, c.arch)
		assert.Equal(t, got.Name, c.want)
		assert.Equal(t, ok, c.want != "")
	}
	got, _ := CheapestSize([]hosts.Size{size("b", 2, 4, nil), size("a", 2, 4, nil), size("c", 1, 4, nil)}, hosts.Resources{}, "")
	assert.Equal(t, got.Name, "c")
}
