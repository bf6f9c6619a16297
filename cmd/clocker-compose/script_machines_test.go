package main

import (
	"context"
	"crypto/ed25519"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/crypto/ssh"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
	"github.com/clocker-compose/clocker-compose/hosts/machines"
)

// fakeKind makes machines whose engines are files in the folder.
func fakeKind(dir string) hosts.ProviderKind {
	kind := fake.NewCloud().Kind()
	kind.Open = func(hosts.ProviderSetup) (hosts.Provider, error) {
		pool, err := fake.Open(dir)
		if err != nil {
			return nil, err
		}
		return pool.Cloud(), nil
	}
	return kind
}

// pretendToJoin lets machines be hosts as soon as they run; all show one host key.
func pretendToJoin(s *session, o *machines.Options) {
	key, err := ssh.NewPublicKey(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)).Public())
	o.Boot = func(hosts.Location, []string) (string, string, error) {
		return "#cloud-config", ssh.FingerprintSHA256(key), err
	}
	o.HostKey = func(context.Context, string) (ssh.PublicKey, error) { return key, err }
	o.Join = func(ctx context.Context, h hosts.Host, _ hosts.Location, tell func(string)) error {
		tell("Installing Docker")
		e, err := s.connections.connect(h)
		if err == nil {
			_, err = e.Observe(ctx)
		}
		return err
	}
	o.Poll = 10 * time.Millisecond
}

// cloud is what a script does to the cloud of its machines:
//
//	cloud fault METHOD KIND|DELAY [NAME [TEXT]]   requests fail, or are slow
//	cloud heal                                    and no longer
//	cloud limit N                                 room for N machines more
//	cloud calls METHOD N                          how often a method was called
//	cloud machines LOCATION N                     how many machines there are
func cloud(ts *testscript.TestScript, neg bool, args []string) {
	pool, err := fake.Open(ts.Getenv(poolVariable))
	ts.Check(err)
	c := pool.Cloud()
	switch args[0] {
	case "fault":
		c.Inject(cloudFault(args[1:]))
	case "heal":
		c.Heal()
	case "limit":
		n, err := strconv.Atoi(args[1])
		ts.Check(err)
		c.Limit(n)
	case "calls":
		n := 0
		for _, call := range c.Calls() {
			if call.Method == args[1] {
				n++
			}
		}
		expectCount(ts, neg, "calls of "+args[1], n, args[2])
	case "machines":
		all, err := c.List(context.Background(), hosts.Location{Name: args[1]})
		ts.Check(err)
		expectCount(ts, neg, "machines of "+args[1], len(all), args[2])
	default:
		ts.Fatalf("unknown: cloud %s", args[0])
	}
}

func cloudFault(args []string) fake.Fault {
	f := fake.Fault{Method: args[0], Kind: fake.FaultKind(args[1])}
	if delay, err := time.ParseDuration(args[1]); err == nil {
		f.Kind, f.Delay = "", delay
	}
	if len(args) > 2 {
		f.Object = args[2]
	}
	if len(args) > 3 {
		f.Text = args[3]
	}
	return f
}

func expectCount(ts *testscript.TestScript, neg bool, what string, n int, want string) {
	if (strconv.Itoa(n) == want) == neg {
		ts.Fatalf("%s: %d", what, n)
	}
}
