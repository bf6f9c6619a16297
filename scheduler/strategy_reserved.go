package scheduler

// reserved is the filter reserved. It always holds, under the name
// reservations; naming it says so in the file.
type reserved struct{ reservations }

func newReserved(value any) (Rule, error) { return reserved{}, noValue("reserved", value) }

func (reserved) Name() string { return "reserved" }
