package main

import "strings"

// resolveVariables completes NAME to NAME=VALUE; a NAME that isn't known is left out.
func resolveVariables(list []string, lookup func(string) (string, bool)) []string {
	var all []string
	for _, word := range list {
		if strings.Contains(word, "=") {
			all = append(all, word)
			continue
		}
		if value, ok := lookup(word); ok {
			all = append(all, word+"="+value)
		}
	}
	return all
}
