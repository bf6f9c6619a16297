package libvirt

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/go-units"

	"github.com/clocker-compose/clocker-compose/hosts"
)

const (
	optionURI      = "uri"
	optionCPUs     = "cpus"
	optionMemory   = "memory"
	optionDisk     = "disk"
	optionSizes    = "sizes"
	optionPool     = "pool"
	optionNetwork  = "network"
	optionBridge   = "bridge"
	optionFirmware = "firmware"
	optionType     = "type"
)

// template is a location's template as libvirt understands it.
type template struct {
	uri, image, pool, network, bridge, firmware, virtualisation, user string
	// size names one of sizes; "" is shape.
	size  string
	shape shape
	sizes map[string]shape
}

// shape is how large a machine is. Bytes of disk are 0 where the image says.
type shape struct {
	cpus         int
	memory, disk int64
}

func readTemplate(from hosts.Template) (t template, err error) {
	t = template{
		uri: from.Text(optionURI), image: from.Text("image"), size: from.Text("size"),
		pool:           cmp.Or(from.Text(optionPool), "default"),
		network:        cmp.Or(from.Text(optionNetwork), "default"),
		bridge:         from.Text(optionBridge),
		firmware:       cmp.Or(from.Text(optionFirmware), "bios"),
		virtualisation: cmp.Or(from.Text(optionType), "kvm"),
		user:           cmp.Or(from.Text("user"), "root"),
	}
	if t.image == "" {
		return t, errors.New("the template has no image: name a volume of the pool, or the path of a file on the hypervisor")
	}
	if t.shape, err = parseShape(from.Number(optionCPUs), cmp.Or(from.Text(optionMemory), "1GiB"), from.Text(optionDisk)); err != nil {
		return t, err
	}
	if t.sizes, err = parseSizes(from.Mapping(optionSizes)); err != nil {
		return t, err
	}
	_, err = t.shapeOf("")
	return t, err
}

func parseSizes(from map[string]string) (map[string]shape, error) {
	sizes := map[string]shape{}
	for name, text := range from {
		words := strings.Fields(text)
		if len(words) != 2 && len(words) != 3 {
			return nil, fmt.Errorf("sizes: %s: %q isn't CPUs, memory and disk, such as 2 4GiB 20GiB", name, text)
		}
		cpus, err := strconv.ParseFloat(words[0], 64)
		if err != nil {
			return nil, fmt.Errorf("sizes: %s: %q isn't a number of CPUs", name, words[0])
		}
		if sizes[name], err = parseShape(cpus, words[1], strings.Join(words[2:], "")); err != nil {
			return nil, fmt.Errorf("sizes: %s: %w", name, err)
		}
	}
	return sizes, nil
}

func parseShape(cpus float64, memory, disk string) (s shape, err error) {
	s.cpus = int(cmp.Or(cpus, 1))
	if float64(s.cpus) != cmp.Or(cpus, 1) || s.cpus < 1 {
		return s, fmt.Errorf("%v isn't a number of CPUs", cpus)
	}
	if s.memory, err = units.RAMInBytes(memory); err != nil {
		return s, fmt.Errorf("memory: %w", err)
	}
	const least = 64 << 20
	if s.memory < least {
		return s, fmt.Errorf("memory: %s is too little for a machine", memory)
	}
	if disk != "" {
		if s.disk, err = units.RAMInBytes(disk); err != nil {
			return s, fmt.Errorf("disk: %w", err)
		}
	}
	return s, nil
}

// defaultSize is the name of the one size of a template that has no sizes.
const defaultSize = "default"

// shapeOf returns the shape of an order's size, "" being the template's.
func (t template) shapeOf(size string) (shape, error) {
	size = cmp.Or(size, t.size)
	if size == "" || size == defaultSize && len(t.sizes) == 0 {
		return t.shape, nil
	}
	if s, ok := t.sizes[size]; ok {
		return s, nil
	}
	names := slices.Sorted(maps.Keys(t.sizes))
	if len(names) == 0 {
		return shape{}, fmt.Errorf("size %s: the template has no sizes", size)
	}
	return shape{}, fmt.Errorf("size %s: the template's sizes are %s", size, strings.Join(names, ", "))
}
