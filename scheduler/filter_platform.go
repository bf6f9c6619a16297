package scheduler

import "github.com/clocker-compose/clocker-compose/hosts"

// platform wants a host that runs the task's platform natively.
type platform struct{}

func (platform) Name() string { return "platform" }

func (platform) Check(t *Task, s *Seat) (int64, bool) {
	return 0, runs(s.Host.Platform, t.Platform)
}

func (platform) Refuse(t *Task, s *Seat, _ int64) Refusal {
	want := t.Platform.String()
	return Refusal{
		Reason:  "doesn't run " + want + " (it is " + s.Host.Platform.String() + ")",
		Summary: "don't run " + want,
	}
}

func (platform) Evicts() bool { return true }

func (platform) Hint(t *Task) string { return "add a host of platform " + t.Platform.String() }

// runs compares part by part; an empty part of what is wanted matches any. An
// engine doesn't always tell its variant: arm64 is then v8, its only one.
func runs(has, want hosts.Platform) bool {
	if want.Arch == "arm64" && want.Variant == "v8" && has.Variant == "" {
		want.Variant = ""
	}
	return matches(has.OS, want.OS) && matches(has.Arch, want.Arch) && matches(has.Variant, want.Variant)
}

func matches(has, want string) bool { return want == "" || want == has }
