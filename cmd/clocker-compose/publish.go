package main

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/compose/remote"
)

type publishOptions struct {
	compose.PublishOptions
	withEnv, yes bool
}

func newPublish(s *session) *cli.Command {
	return &cli.Command{
		Name:      "publish",
		Usage:     "Publish the project in a registry, from which others can run it",
		ArgsUsage: "REPOSITORY[:TAG]",
		Description: "What is published runs with -f oci://REPOSITORY[:TAG]. The compose files go there as they stand, with " +
			"the env files that they name; it asks before anything goes that may be meant for nobody else.",
		Flags: []cli.Flag{
			boolFlag("app", "", "Copy the images of all services into the repository, too"),
			textFlag("oci-version", "", `Version of the OCI specification: "1.0" or "1.1" (default: what the registry takes)`),
			boolFlag("resolve-image-digests", "", "Pin images to the digests that their registries have now"),
			boolFlag("with-env", "", "Publish variables and env files without asking"),
			boolFlag("yes", "y", "Answer yes to all questions"),
		},
		Action: func(c *cli.Context) error {
			if c.NArg() != 1 {
				return fmt.Errorf("'%s publish' requires 1 argument", s.program)
			}
			return parsePublish(c, s).run(c.Context, s)
		},
	}
}

func parsePublish(c *cli.Context, s *session) publishOptions {
	return publishOptions{
		PublishOptions: compose.PublishOptions{
			PublishOptions: remote.PublishOptions{
				OCIVersion: c.String("oci-version"), Version: strings.TrimPrefix(version, "v"), Now: s.now(),
			},
			Reference: c.Args().First(),
			App:       c.Bool("app"),
			Digests:   c.Bool("resolve-image-digests"),
			Dry:       s.root.dryRun,
		},
		withEnv: c.Bool("with-env"),
		yes:     c.Bool("yes"),
	}
}

func (o publishOptions) run(ctx context.Context, s *session) error {
	s.show("publish")
	options := s.projectOptions()
	options.AllProfiles, options.AsWritten = true, true
	p, err := s.load(ctx, options)
	if err != nil {
		return err
	}
	publication, err := p.Publish()
	if err != nil {
		return err
	}
	if err := o.ask(s, publication); err != nil {
		return err
	}
	env, err := s.environment(ctx, p)
	if err != nil {
		return err
	}
	o.Registries = s.registries()
	defer s.renderer.Flush()
	return compose.Publish(ctx, env, p, publication, o.PublishOptions)
}

// ask asks about each kind of thing that somebody may not want to publish.
func (o publishOptions) ask(s *session, p project.Publication) error {
	if o.yes {
		return nil
	}
	answers := bufio.NewReader(s.in)
	for _, q := range o.questions(p) {
		for line := range strings.SplitSeq(q.about, "\n") {
			fmt.Fprintln(s.out, terminal.Clean(line))
		}
		fmt.Fprint(s.out, q.ask+" [y/N] ")
		answer, _ := answers.ReadString('\n') // no answer is no
		if !slices.Contains([]string{"y", "yes"}, strings.ToLower(strings.TrimSpace(answer))) {
			return status(codeInterrupted)
		}
	}
	return nil
}

// question is what is asked, and what about, in lines.
type question struct{ about, ask string }

func (o publishOptions) questions(p project.Publication) []question {
	var all []question
	if len(p.Mounts) > 0 {
		all = append(all, question{
			"you are about to publish bind mounts declaration within your OCI artifact.\n" +
				"only the bind mount declarations will be added to the OCI artifact (not content)\n" +
				"please double check that you are not mounting potential user's sensitive directories or data\n" + mountLines(p.Mounts),
			"Are you ok to publish these bind mount declarations?",
		})
	}
	if len(p.Secrets) > 0 {
		all = append(all, question{
			"you are about to publish sensitive data within your OCI artifact.\n" +
				"please double check that you are not leaking sensitive data\n" + secretLines(p.Secrets),
			"Are you ok to publish these sensitive data?",
		})
	}
	if lines := variableLines(p); lines != "" && !o.withEnv {
		all = append(all, question{
			"you are about to publish env-related declarations within your OCI artifact.\n" +
				"env files, and values for sensitive-looking keys, are published as they are;\n" +
				"values that are variables, like \"${VAR}\", stay variables.\n" + lines +
				"Use --with-env to silence this prompt and always publish env declarations.",
			"Are you ok to publish these env declarations?",
		})
	}
	if len(p.Contents) > 0 {
		all = append(all, question{"you are about to publish literal inline config content within your OCI artifact.\n  " +
			strings.Join(p.Contents, "\n  "), "Are you ok to publish these config contents?"})
	}
	return all
}

func mountLines(mounts map[string][]string) string {
	var b strings.Builder
	for _, service := range slices.Sorted(maps.Keys(mounts)) {
		fmt.Fprintf(&b, "%s: %s\n", service, strings.Join(mounts[service], " "))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// secretLines tell what each looks like and where it is, and not the secret.
func secretLines(found []project.Secret) string {
	var lines []string
	for _, f := range found {
		lines = append(lines, f.Kind, fmt.Sprintf("%q: in %s", f.Key, f.File))
	}
	return strings.Join(lines, "\n")
}

func variableLines(p project.Publication) string {
	var b strings.Builder
	for _, service := range p.Variables {
		fmt.Fprintf(&b, "  %q: env_file declared\n", service)
	}
	for _, service := range slices.Sorted(maps.Keys(p.Literals)) {
		for _, key := range p.Literals[service] {
			fmt.Fprintf(&b, "  %q: literal value for %q\n", service, key)
		}
	}
	return b.String()
}
