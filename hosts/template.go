package hosts

import (
	"cmp"
	"strconv"
	"strings"
	"time"
)

// Template is what new machines of a location are like: values of options by
// their names. A text is a string, a number a float64, a boolean a bool, a list
// a []string, a mapping a map[string]string, and a duration a time.Duration.
type Template map[string]any

// Text is the value of a text, "" where there is none.
func (t Template) Text(name string) string {
	v, _ := t[name].(string)
	return v
}

// Number is the value of a number, 0 where there is none.
func (t Template) Number(name string) float64 {
	v, _ := t[name].(float64)
	return v
}

// Bool is the value of a boolean, false where there is none.
func (t Template) Bool(name string) bool {
	v, _ := t[name].(bool)
	return v
}

// List is the value of a list, nil where there is none.
func (t Template) List(name string) []string {
	v, _ := t[name].([]string)
	return v
}

// Mapping is the value of a mapping, nil where there is none.
func (t Template) Mapping(name string) map[string]string {
	v, _ := t[name].(map[string]string)
	return v
}

// Duration is the value of a duration, 0 where there is none.
func (t Template) Duration(name string) time.Duration {
	v, _ := t[name].(time.Duration)
	return v
}

// TemplateOptions are the keys of every template, whatever the provider.
func TemplateOptions() []Option {
	return []Option{
		{Name: "size", Type: OptionText, Help: "What the provider calls a size of machine. Where none is named, the cheapest known one is taken that fits."},
		{Name: "name", Type: OptionText, Help: "What machines are called: {n} is a number, {location} the location; `{location}-{n}` where nothing is said."},
		{Name: "image", Type: OptionText, Help: "The image that a machine starts from."},
		{Name: "region", Type: OptionText, Help: "The provider's region; it is the hosts' label `region`, too."},
		{Name: "zone", Type: OptionText, Help: "The provider's zone; it is the hosts' label `zone`, too."},
		{Name: "user", Type: OptionText, Help: "Who logs in by SSH, where that isn't root: a user that the image has or that is made at the first boot."},
		{Name: "ssh-keys", Type: OptionList, Help: "Public keys that may log in beside the program's own: texts, or paths of files."},
		{Name: "docker", Type: OptionText, Values: []string{"distribution", "docker.com"}, Help: "Where Docker is installed from."},
		{Name: "docker-version", Type: OptionText, Help: "The version of Docker's packages; the newest where nothing is said."},
		{Name: "metadata", Type: OptionText, Values: []string{"hosts", "containers"}, Help: "Who on a machine may reach the cloud's metadata service: the host alone, or containers, too."},
		{Name: "start-timeout", Type: OptionDuration, Help: "How long a machine may take to be ready, such as `10m`."},
		{Name: "list-timeout", Type: OptionDuration, Help: "How long the provider may take to list its machines, such as `20s`."},
	}
}

// MachineName is what the machine of a number is called, as the template says.
func (l Location) MachineName(n int) string {
	form := cmp.Or(l.Template.Text("name"), "{location}-{n}")
	return strings.NewReplacer("{location}", l.Name, "{n}", strconv.Itoa(n)).Replace(form)
}

// How long may be taken where the template doesn't say.
const (
	startTimeout = 10 * time.Minute
	listTimeout  = 20 * time.Second
)

// StartTimeout is how long a machine of the location may take to be ready.
func (l Location) StartTimeout() time.Duration {
	if d := l.Template.Duration("start-timeout"); d > 0 {
		return d
	}
	return startTimeout
}

// ListTimeout is how long the location's provider may take to list its machines.
func (l Location) ListTimeout() time.Duration {
	if d := l.Template.Duration("list-timeout"); d > 0 {
		return d
	}
	return listTimeout
}
