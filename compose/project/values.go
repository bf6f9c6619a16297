package project

import (
	"math"
	"net/netip"
	"regexp"
	"time"

	"github.com/docker/go-units"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// The forms of scalars; the JSON Schema holds the same.
var (
	decimalForm  = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)
	nameForm     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*$`)
	addressForm  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*$|^[0-9a-fA-F:]*:[0-9a-fA-F:.]*$`)
	checksumForm = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	sizeForm     = regexp.MustCompile(`^[0-9]+(\.[0-9]+)? ?([kKmMgGtTpP]([iI]?[bB])?|[bB])?$`)
)

// checksum is sha256:HEX.
type checksum string

func (c *checksum) decode(d *decoder, at path, v any) {
	text, ok := v.(string)
	if !ok || !checksumForm.MatchString(text) {
		d.problem(at, "%s must be sha256: and 64 hexadecimal digits, not %s", at, kind(v))
		return
	}
	*c = checksum(text)
}

// builderName is the name or the address of a BuildKit of its own.
type builderName string

func (b *builderName) decode(d *decoder, at path, v any) {
	text, ok := v.(string)
	if !ok {
		d.problem(at, "%s must be the name or the address of a BuildKit, not %s", at, kind(v))
		return
	}
	if _, err := hosts.ParseBuilderAddress(text); err != nil && !hosts.IsBuilderName(text) {
		d.problem(at, "%s: %v, not %s", at, err, kind(v))
		return
	}
	*b = builderName(text)
}

// names is a name or a list of names.
type names []string

func (n *names) decode(d *decoder, at path, v any) {
	*n = d.oneOrMore(at, v, "a name or a list of names", nameForm.MatchString)
}

// oneOrMore reads a text or a list of them. What says what it must be.
func (d *decoder) oneOrMore(at path, v any, what string, valid func(string) bool) (all []string) {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	if len(list) == 0 {
		d.problem(at, "%s must be %s, not an empty list", at, what)
	}
	for i, e := range list {
		where := at
		if ok {
			where = at.element(i, e)
		}
		text, isString := e.(string)
		if !isString || !valid(text) {
			d.problem(where, "%s must be %s, not %s", at, what, kind(e))
			continue
		}
		all = append(all, text)
	}
	return all
}

// label is the value of a label: any scalar, as text.
type label string

func (l *label) decode(d *decoder, at path, v any) {
	switch text := v.(type) {
	case nil, map[string]any, []any:
		d.problem(at, "%s must be a string, not %s", at, kind(v))
	case string:
		*l = label(text)
	default:
		*l = label(kind(v))
	}
}

// count is a whole number from 0.
type count int

// decode reads true, false, or a duration such as 15m.
func (r *removal) decode(d *decoder, at path, v any) {
	if wanted, ok := asBoolean(v); ok {
		r.wanted = wanted
		return
	}
	text, _ := v.(string)
	delay, err := time.ParseDuration(text)
	if err != nil || delay <= 0 {
		d.problem(at, "%s must be true, false or a duration such as 15m, not %s", at, kind(v))
	}
	r.wanted, r.delay = true, delay
}

func (c *count) decode(d *decoder, at path, v any) {
	f, ok := number(v)
	if !ok || f < 0 || f != math.Trunc(f) || f > math.MaxInt32 {
		d.problem(at, "%s must be a whole number from 0, not %s", at, kind(v))
		return
	}
	*c = count(f)
}

// share is a percentage.
type share float64

func (s *share) decode(d *decoder, at path, v any) {
	f, ok := number(v)
	if !ok || f < 0 || f > 100 {
		d.problem(at, "%s must be a number from 0 to 100, not %s", at, kind(v))
		return
	}
	*s = share(f)
}

// cpus are billionths of a CPU, written as CPUs.
type cpus int64

func (c *cpus) decode(d *decoder, at path, v any) {
	f, ok := number(v)
	if !ok || f < 0 || f > 1e6 {
		d.problem(at, "%s must be a number of CPUs such as 0.5, not %s", at, kind(v))
		return
	}
	*c = cpus(math.Round(f * 1e9))
}

// memory is an amount of memory as the Compose specification writes it: 512m, 2GiB.
type memory int64

func (m *memory) decode(d *decoder, at path, v any) {
	text, ok := v.(string)
	if n, isNumber := number(v); isNumber && n >= 0 && n == math.Trunc(n) && !ok {
		*m = memory(n)
		return
	}
	n, err := units.RAMInBytes(text)
	if !ok || err != nil || !sizeForm.MatchString(text) {
		d.problem(at, "%s must be an amount of memory such as 512m or 2GiB, not %s", at, kind(v))
		return
	}
	*m = memory(n)
}

// cidr is an IPv4 network.
type cidr netip.Prefix

func (c *cidr) decode(d *decoder, at path, v any) {
	text, _ := v.(string)
	p, err := netip.ParsePrefix(text)
	switch {
	case err != nil || !p.Addr().Is4():
		d.problem(at, "%s must be an IPv4 network such as %s, not %s", at, DefaultCIDR, kind(v))
	case p != p.Masked():
		d.problem(at, "%s has host bits set: write %s", at, p.Masked())
	default:
		*c = cidr(p)
	}
}

// The sizes of a network that leave room for addresses.
const minSize, maxSize = 8, 29

// prefix is the prefix length of a network.
type prefix int

func (p *prefix) decode(d *decoder, at path, v any) {
	f, ok := number(v)
	if !ok || f < minSize || f > maxSize || f != math.Trunc(f) {
		d.problem(at, "%s must be a prefix length from %d to %d, not %s", at, minSize, maxSize, kind(v))
		return
	}
	*p = prefix(f)
}

// decode reads a network, whose subnets must fit into it.
func (n *declaredNetwork) decode(d *decoder, at path, v any) {
	type plain declaredNetwork // without this method
	d.decode(at, v, (*plain)(n))
	out := n.network()
	if out.Size != 0 && out.Size < out.CIDR.Bits() {
		d.problem(at.key("size"), "%s must be %d or more, as in the network %s", at.key("size"), out.CIDR.Bits(), out.CIDR)
	}
}
