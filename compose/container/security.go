package container

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

type security struct {
	options []string
	// unmasked containers see all of /proc and /sys.
	unmasked bool
}

// security reads security_opt: seccomp profiles are put in place of their file
// names, because an engine can't read the files of this machine.
func (r *replica) security() (security, error) {
	var s security
	var errs []error
	for _, option := range r.SecurityOpt {
		if option == "systempaths=unconfined" {
			s.unmasked = true
			continue
		}
		inlined, err := r.securityOption(option)
		s.options, errs = append(s.options, inlined), append(errs, err)
	}
	return s, errors.Join(errs...)
}

func (r *replica) securityOption(option string) (string, error) {
	key, value, ok := strings.Cut(option, "=")
	if !ok {
		key, value, ok = strings.Cut(option, ":")
	}
	switch {
	case !ok && option != "no-new-privileges":
		return "", r.refuse("security_opt", "write it as KEY=VALUE", "%q is not an option", option)
	case key != "seccomp" || value == "unconfined" || value == "builtin":
		return option, nil
	}
	return r.seccomp(value)
}

func (r *replica) seccomp(file string) (string, error) {
	path := r.project.RelativePath(file)
	content, _, err := r.target.read(path)
	if err != nil {
		return "", r.refuse("security_opt", "", "seccomp profile %s can't be read: %v", path, cause(err))
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, content); err != nil {
		return "", r.refuse("security_opt", "", "seccomp profile %s is not JSON: %v", path, err)
	}
	return "seccomp=" + compact.String(), nil
}
