package scheduler

// Eligible tells which hosts pass the task's filters, and why the others
// don't, both sorted by host. It is how deploy.mode global finds its hosts;
// nothing is drawn down, and the task's Current and Group don't count.
func Eligible(task Task, pool []Candidate) (hosts []string, rejected []Rejection, err error) {
	return NewCatalog().Eligible(task, pool)
}

// Eligible is the function of the same name with the catalog's strategies.
func (c Catalog) Eligible(task Task, pool []Candidate) (hosts []string, rejected []Rejection, err error) {
	b, err := c.boardOf(pool)
	if err != nil {
		return nil, nil, err
	}
	i := inquiry{rules: c.rulebook(), board: b}
	q, err := i.about([]Task{task}, &unit{}, false)
	if err != nil {
		return nil, nil, err
	}
	for n := range b.seats {
		s := &b.seats[n]
		if no, ok := q.ask(s); !ok {
			rejected = append(rejected, q.words(no))
		} else {
			hosts = append(hosts, s.Host.Name)
		}
	}
	return hosts, rejected, nil
}
