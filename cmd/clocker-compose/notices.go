package main

import "sync"

// notices are told once for as long as they are so, however often they are met.
// They may be used at once by several.
type notices struct {
	mu   sync.Mutex
	told map[string][]string
}

// fresh are those of what is so of a subject by now that weren't before.
func (n *notices) fresh(subject string, now []string) (tell []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	before := map[string]bool{}
	for _, sentence := range n.told[subject] {
		before[sentence] = true
	}
	for _, sentence := range now {
		if !before[sentence] {
			tell = append(tell, sentence)
		}
	}
	if n.told == nil {
		n.told = map[string][]string{}
	}
	n.told[subject] = now
	return tell
}
