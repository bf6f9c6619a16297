package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/compose/remote"
)

// fetch brings a compose file that a registry or a git repository has.
func (s *session) fetch(ctx context.Context, reference string) (string, error) {
	switch {
	case remote.IsOCI(reference):
		return remote.OCI{Cache: s.cache(), Registries: s.registries()}.Fetch(ctx, reference)
	case remote.IsGit(reference):
		return remote.Git{Cache: s.cache(), Environ: s.environ}.Fetch(ctx, reference)
	}
	return "", fmt.Errorf("compose file %s: only git repositories (https://….git#REF:FOLDER) and artifacts of registries (oci://…) "+
		"can be fetched; download it and name it with -f", reference)
}

// cache is where fetched files are kept.
func (s *session) cache() remote.Cache {
	dir := s.getenv("XDG_CACHE_HOME")
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(s.getenv("HOME"), ".cache")
	}
	return remote.Cache(filepath.Join(dir, "clocker", "compose"))
}

// registries are reached with the logins of Docker's client.
func (s *session) registries() remote.Registries {
	environment := s.dockerEnvironment()
	return remote.Registries{
		Login: func(_ context.Context, registry string) (remote.Login, error) {
			login, err := environment.Login(registry)
			return remote.Login{
				Username: login.Username, Password: login.Password,
				IdentityToken: login.IdentityToken, RegistryToken: login.RegistryToken,
			}, err
		},
		Insecure: s.root.insecure,
		Agent:    programName + "/" + version,
	}
}

var errCancelled = errors.New("operation cancelled by user")

// approve tells where a project that is from elsewhere is kept, and asks
// whether to go on with the variables that its files use.
func (s *session) approve(ctx context.Context, p *project.Project, options project.Options, yes bool) error {
	if len(p.Fetched) == 0 || s.root.dryRun {
		return nil
	}
	s.renderer.Flush()
	for _, f := range p.Fetched {
		fmt.Fprintf(s.out, "Your compose stack %q is stored in %q\n", terminal.Clean(f.Reference), filepath.Dir(f.File))
	}
	if yes {
		return nil
	}
	table, err := s.variablesOf(ctx, p, options)
	if err != nil || table == "" {
		return err
	}
	fmt.Fprintf(s.out, "\nFound the following variables in configuration:\n%s\nDo you want to proceed with these variables? [y/N] ", table)
	answer, err := bufio.NewReader(s.in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read answer: %w", err)
	}
	if !slices.Contains([]string{"y", "yes"}, strings.ToLower(strings.TrimSpace(answer))) {
		return errCancelled
	}
	return nil
}

// variablesOf lists the variables of a project's files, "" where there are none.
func (s *session) variablesOf(ctx context.Context, p *project.Project, options project.Options) (string, error) {
	options.NoInterpolate = true
	raw, err := project.Load(ctx, options)
	if err != nil {
		return "", err
	}
	variables, err := raw.Variables()
	if err != nil || len(variables) == 0 {
		return "", err
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 1, 3, ' ', 0)
	fmt.Fprintln(w, "VARIABLE\tVALUE\tSOURCE\tREQUIRED\tDEFAULT")
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		v := variables[name]
		value, source, required := v.DefaultValue, "compose file", "no"
		if own, ok := p.Environment[name]; ok {
			value, source = own, "environment"
		}
		if v.Required {
			required = "yes"
		}
		fmt.Fprintln(w, strings.Join([]string{
			terminal.Clean(name), terminal.Clean(value), source, required, terminal.Clean(v.DefaultValue),
		}, "\t"))
	}
	err = w.Flush()
	return b.String(), err
}
