package scheduler

// Contradiction is why two strategies of one list, by name and in its order,
// can't both be meant: a clause such as "depth-first contradicts breadth-first".
// It is "" for others: of most orders the later breaks the ties of the earlier.
func (Catalog) Contradiction(earlier, later string) string {
	if opposite(earlier, later) || opposite(later, earlier) {
		return later + " contradicts " + earlier
	}
	if earlier == "random" && orders(later) {
		return later + " has no say after random, which leaves no ties"
	}
	return ""
}

// opposite tells that one fills hosts and the other spreads over them.
func opposite(filling, spreading string) bool {
	return filling == "depth-first" && (spreading == "breadth-first" || spreading == "least-containers")
}

// orders tells strategies that rank hosts one by one.
func orders(name string) bool {
	switch name {
	case "breadth-first", "depth-first", "least-containers", "lowest-cpu", "lowest-memory", "prefer", "random":
		return true
	}
	return false
}
