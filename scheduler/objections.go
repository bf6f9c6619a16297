package scheduler

// Claims are what a task's strategies demand of a host for as long as it is
// there: whether it has the host to itself, and whom it keeps away. Whoever
// places tasks of others later has to know them.
func (c Catalog) Claims(t Task) (alone bool, against []Objection) {
	for _, s := range t.Strategies {
		rule, err := c.rule(s)
		if err != nil {
			continue // placing it has said so
		}
		switch rule := rule.(type) {
		case affinity:
			for _, aim := range rule.against(&t) {
				against = append(against, Objection{Service: serviceKey(&t), Project: aim.project, Against: aim.service})
			}
		case exclusive:
			alone = true
		}
	}
	return alone, against
}
