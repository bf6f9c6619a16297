package main

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/hosts/certs"
)

type hostsCertsOptions struct {
	addresses []string
	folder    string
	days      int
}

func newHostsCerts(s *session) *cli.Command {
	return &cli.Command{
		Name:      "certs",
		Usage:     "Make certificates for engines that are reached by TCP with TLS",
		ArgsUsage: "ADDRESS...",
		Description: "An authority is made once, beside the config file, and signs a certificate for you and one for each address. " +
			"What is there is kept until 30 days before its end. Certificates of your own need no more than the flags of hosts add.",
		Flags: []cli.Flag{
			intFlag("days", "", "How long new certificates are valid (default 825)"),
			textFlag("folder", "", "Folder of the authority (default: certs beside the config file)"),
		},
		Action: func(c *cli.Context) error {
			o := hostsCertsOptions{c.Args().Slice(), c.String("folder"), cmp.Or(c.Int("days"), 825)}
			return o.run(s)
		},
	}
}

// addressForm is an IP address or a name, which becomes the name of a folder.
var addressForm = regexp.MustCompile(`^[0-9A-Za-z]([0-9A-Za-z.:-]*[0-9A-Za-z])?$`)

func (o hostsCertsOptions) check() error {
	if len(o.addresses) == 0 {
		return errors.New("name the addresses at which engines are reached, such as 10.0.0.12")
	}
	for _, a := range o.addresses {
		if !addressForm.MatchString(a) {
			return fmt.Errorf("invalid address %q: write an IP address or a name, such as 10.0.0.12", a)
		}
	}
	if o.days < 1 || o.days > 3650 {
		return fmt.Errorf("invalid value for --days: %d (use 1 to 3650)", o.days)
	}
	return nil
}

func (o hostsCertsOptions) run(s *session) error {
	if err := o.check(); err != nil {
		return err
	}
	folder := filepath.Join(filepath.Dir(s.configFile()), "certs")
	if o.folder != "" {
		folder = s.absolute(o.folder)
	}
	if s.root.dryRun {
		fmt.Fprint(s.out, cleanLines(fmt.Sprintf("would make certificates in %s", folder)))
		return nil
	}
	authority, err := certs.OpenAuthority(folder, s.now())
	if err != nil {
		return err
	}
	valid := time.Duration(o.days) * 24 * time.Hour
	client, err := authority.Client(valid)
	if err != nil {
		return err
	}
	o.say(s, "yours", client)
	for _, address := range o.addresses {
		server, err := authority.Server(address, valid)
		if err != nil {
			return err
		}
		o.say(s, "for "+address, server)
		o.explain(s, address, authority, server, client)
	}
	return nil
}

func (o hostsCertsOptions) say(s *session, whose string, p certs.Pair) {
	what := "kept"
	if p.Made {
		what = "made"
	}
	fmt.Fprint(s.out, cleanLines(fmt.Sprintf("%s: %s, %s", whose, p.Cert, what)))
}

// explain says how the engine comes to use them, and how the host is added.
func (o hostsCertsOptions) explain(s *session, address string, a *certs.Authority, server, client certs.Pair) {
	fmt.Fprint(s.out, cleanLines(fmt.Sprintf(`  on the machine, as root: put %s, %s and %s into /etc/docker/certs as ca.pem, cert.pem and key.pem
  start the engine there with: dockerd -H fd:// -H tcp://0.0.0.0:2376 --tlsverify --tlscacert=/etc/docker/certs/ca.pem --tlscert=/etc/docker/certs/cert.pem --tlskey=/etc/docker/certs/key.pem
  then here: %s hosts add tcp://%s:2376 --tlscacert %s --tlscert %s --tlskey %s`,
		a.CA(), server.Cert, server.Key, s.program, address, a.CA(), client.Cert, client.Key)))
}
