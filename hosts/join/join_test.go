package join_test

import (
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/join"
)

func TestACheckFindsAndNamesTheRemedy(t *testing.T) {
	for name, c := range map[string]struct {
		prepare     func(*machine)
		ahead       time.Duration
		check, text string
		fix         string
	}{
		"no package manager": {func(*machine) {}, 0, "system", "has no package manager that we know (apt, dnf or apk)", "install Docker there by hand"},
		"no sudo": {
			func(m *machine) { m.has("id", `case $1 in -u) echo 1000;; *) echo plain;; esac`) },
			0, "user", "plain may not become root without a password", "echo 'plain ALL=(ALL) NOPASSWD:ALL'",
		},
		"a clock an hour off":  {func(*machine) {}, time.Hour + time.Minute, "clock", "is 61 minutes ahead yours", "timedatectl set-ntp true"},
		"a clock that is late": {func(*machine) {}, -3*time.Hour - time.Minute, "clock", "is 3 hours behind yours", "timedatectl set-ntp true"},
		"a full disk": {
			func(m *machine) {
				m.has("df", `printf 'Filesystem 1024-blocks Used Available\n/dev/x 9 9 20480 1%% /\n'`)
			},
			0, "disk", "20 MiB are free at ", "make room there",
		},
		"an old kernel": {
			func(m *machine) {
				m.has("uname", `case $1 in -r) echo 3.10.0-1160;; -s) echo Linux;; *) echo x86_64;; esac`)
			},
			0, "kernel", "Linux 3.10.0-1160 is too old", "Linux 4 or newer",
		},
		"another system": {
			func(m *machine) { m.has("uname", `case $1 in -r) echo 14.1;; *) echo FreeBSD;; esac`) },
			0, "system", "it runs FreeBSD, not Linux", "use a Linux machine",
		},
		"firewalld": {
			func(m *machine) { m.has("firewall-cmd", `[ "$1" = --state ]`) },
			0, "firewall", "firewalld keeps 6783/tcp closed", "firewall-cmd --permanent --add-port=",
		},
		"ufw": {
			func(m *machine) { m.has("ufw", `echo 'Status: active'`) },
			0, "firewall", "ufw keeps 6783 closed", "ufw allow from",
		},
		"an old engine": {
			func(m *machine) {
				m.has("docker", `echo 18.09.1`)
				m.has("rc-service", `exit 0`)
				m.has("rc-update", `echo docker`)
			},
			0, "engine", "Docker 18.09.1 is too old", "19.03 or newer",
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			c.prepare(m)
			f := finding(m.examine(c.ahead), c.check)
			assert.Check(t, cmp.Equal(f.Status, join.Fault))
			assert.Check(t, cmp.Contains(f.Text, c.text))
			assert.Check(t, cmp.Contains(f.Fix, c.fix))
		})
	}
}

// A check says what a join would do, and does nothing: a package manager that
// were called would fail.
func TestACheckChangesNothing(t *testing.T) {
	m := newMachine(t)
	m.has("apt-get", `exit 99`)
	e := m.examine(0)
	assert.Check(t, cmp.Contains(finding(e, "docker").Text, "install Docker from "))
	assert.Check(t, cmp.Equal(finding(e, "docker").Status, join.Need))
}

func TestAJoinStopsBeforeItChangesAnythingWhereSomethingIsWrong(t *testing.T) {
	m := newMachine(t)
	m.has("apt-get", `echo called >&2; exit 99`)
	err := m.joiner(time.Hour+time.Minute).Join(t.Context(), hosts.Host{Name: "h1"}, join.Setup{}, func(f join.Finding) {
		assert.Check(t, f.Status != join.Wait && f.Status != join.Did, "%+v", f)
	})
	assert.ErrorContains(t, err, "host h1: clock: is 61 minutes ahead yours (let it be set")
	assert.Check(t, cmp.Equal(m.logins, 0))
}

func TestAShellThatEndsEarlyIsNoJoin(t *testing.T) {
	m := newMachine(t)
	m.unheard = true
	err := m.joiner(0).Join(t.Context(), hosts.Host{Name: "h1"}, join.Setup{}, nil)
	assert.ErrorContains(t, err, "its shell ended with exit code 255")
	assert.ErrorContains(t, err, "run it again: it goes on where this run ended")
}

func TestTwins(t *testing.T) {
	seen := func(name, machine, engine string) join.Examination {
		return join.Examination{Host: hosts.Host{Name: name}, MachineID: machine, EngineID: engine}
	}
	found := join.Twins([]join.Examination{seen("a", "1", "x"), seen("b", "1", "y"), seen("c", "3", "y"), seen("d", "", ""), seen("e", "", "")})
	var words []string
	for _, f := range found {
		words = append(words, f.Host+" "+f.Check+" "+f.Text)
	}
	assert.DeepEqual(t, words, []string{
		"a identity same machine ID as b", "b engine same engine ID as c",
		"b identity same machine ID as a", "c engine same engine ID as b",
	})
}

func TestSetups(t *testing.T) {
	location := func(template map[string]any) hosts.Location { return hosts.Location{Name: "eu", Template: template} }
	s, err := join.SetupOf(location(nil))
	assert.NilError(t, err)
	assert.Equal(t, s, join.Setup{Source: join.Distribution})
	s, err = join.SetupOf(location(map[string]any{"docker": "docker.com", "docker-version": "27.3"}))
	assert.NilError(t, err)
	assert.Equal(t, s, join.Setup{Source: join.DockerCom, Version: "27.3"})
	made := hosts.Location{Name: "eu", Provider: "gce", Template: hosts.Template{}}
	s, err = join.SetupOf(made)
	assert.NilError(t, err)
	assert.Equal(t, s.Metadata, "hosts")
	made.Template["metadata"] = "containers"
	s, err = join.SetupOf(made)
	assert.NilError(t, err)
	assert.Equal(t, s.Metadata, "")
	_, err = join.SetupOf(location(map[string]any{"docker": "snap"}))
	assert.Error(t, err, `location eu: template: docker is "snap": write distribution or docker.com`)
	_, err = join.SetupOf(location(map[string]any{"docker-version": "1; rm -rf /"}))
	assert.ErrorContains(t, err, `write a version such as "27.3"`)
}

func TestTheHostKeyIsTheOneThatIsTold(t *testing.T) {
	key, err := join.NewHostKey()
	assert.NilError(t, err)
	signer, err := ssh.ParsePrivateKey([]byte(key.Private))
	assert.NilError(t, err)
	assert.Equal(t, ssh.FingerprintSHA256(signer.PublicKey()), key.Fingerprint)
	_, err = signer.Sign(rand.Reader, []byte("words"))
	assert.NilError(t, err)

	text := join.CloudConfig(join.Boot{HostKey: key, AuthorizedKeys: []string{"ssh-ed25519 AAAA me"}, Setup: join.Setup{Source: join.DockerCom}})
	body, ok := strings.CutPrefix(text, "#cloud-config\n")
	assert.Assert(t, ok)
	var config struct {
		SSHKeys map[string]string   `json:"ssh_keys"`
		Files   []map[string]string `json:"write_files"`
		Run     []string            `json:"runcmd"`
	}
	assert.NilError(t, json.Unmarshal([]byte(body), &config))
	assert.Equal(t, config.SSHKeys["ed25519_private"], key.Private)
	assert.Equal(t, config.SSHKeys["ed25519_public"], key.Public)
	assert.Equal(t, config.Files[0]["encoding"], "gz+b64")
	packed, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(config.Files[0]["content"])))
	assert.NilError(t, err)
	script, err := io.ReadAll(packed)
	assert.NilError(t, err)
	assert.Check(t, strings.HasPrefix(string(script), "# Makes this machine"))
	assert.DeepEqual(t, config.Run, []string{"sh /var/lib/clocker/join.sh join 'docker=docker.com' >/var/log/clocker-join.log 2>&1"})
}

// EC2 takes 16 KiB, and nobody less.
func TestABootFitsIntoAnyCloud(t *testing.T) {
	key, err := join.NewHostKey()
	assert.NilError(t, err)
	keys := slices.Repeat([]string{"ssh-rsa " + strings.Repeat("A", 716) + " somebody@somewhere"}, 2)
	text := join.CloudConfig(join.Boot{HostKey: key, AuthorizedKeys: keys, Setup: join.Setup{Source: join.DockerCom, Version: "27.3.1"}})
	assert.Assert(t, len(text) <= 16<<10, "%d bytes", len(text))
}

// What programs say of a cause is told, and not what they say of its failure.
func TestAFailureOfTheInstallationNamesItsCauseAndRemedy(t *testing.T) {
	for name, c := range map[string]struct{ said, text, fix string }{
		"full": {
			"dpkg: cannot copy extracted data: No space left on device\nE: Sub-process /usr/bin/dpkg returned an error code (1)",
			"dpkg: cannot copy extracted data: No space left on device", "make room there",
		},
		"locked": {
			"dpkg: error: dpkg frontend lock was locked by another process with pid 77\nNote: removing the lock file is always wrong",
			"another program has been at the packages for 1 seconds", "wait until it is done",
		},
		"unknown": {"E: Unable to locate package docker.io", "E: Unable to locate package docker.io", "run this again"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			m.has("apt-get", "cat <<'S'\n"+c.said+"\nS\nexit 100")
			m.has("dpkg", `exit 0`)
			m.has("df", `printf 'Filesystem 1024-blocks Used Available\n/dev/x 9 9 20480000 1%% /\n'`)
			j := join.New(join.Options{Shell: func(hosts.Host) (join.Shell, error) { return m, nil }, Now: time.Now, Patience: time.Second})
			err := j.Join(t.Context(), hosts.Host{Name: "h1"}, join.Setup{}, nil)
			assert.ErrorContains(t, err, c.text)
			assert.ErrorContains(t, err, c.fix)
		})
	}
}

// Whoever logs in otherwise than as root is let in with the same keys, may
// become root, and is told to the script of the first boot.
func TestTheBootLetsInWhoLogsIn(t *testing.T) {
	keys := []string{"ssh-ed25519 AAAA me", "ssh-ed25519 BBBB bea"}
	for user, names := range map[string][]string{"": {"root"}, "root": {"root"}, "debian": {"root", "debian"}} {
		t.Run("user "+user, func(t *testing.T) {
			body, ok := strings.CutPrefix(join.CloudConfig(join.Boot{AuthorizedKeys: keys, User: user}), "#cloud-config\n")
			assert.Assert(t, ok)
			var config struct {
				Users []struct {
					Name string   `json:"name"`
					Sudo string   `json:"sudo"`
					Keys []string `json:"ssh_authorized_keys"`
				} `json:"users"`
				Run []string `json:"runcmd"`
			}
			assert.NilError(t, json.Unmarshal([]byte(body), &config))
			assert.Equal(t, len(config.Users), len(names))
			for i, u := range config.Users {
				assert.Equal(t, u.Name, names[i])
				assert.DeepEqual(t, u.Keys, keys)
				assert.Equal(t, u.Sudo != "", u.Name != "root")
			}
			assert.Equal(t, strings.Contains(config.Run[0], "'user=debian'"), user == "debian", "%s", config.Run[0])
		})
	}
}

// Who has time waits for the machine's first boot, which is at its packages for long.
func TestAJoinWaitsForOthersAsLongAsItsCaller(t *testing.T) {
	m := newMachine(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	for _, ctx := range []context.Context{t.Context(), ctx} {
		_ = m.joiner(0).Join(ctx, hosts.Host{Name: "h1"}, join.Setup{}, nil)
	}
	assert.Check(t, cmp.Contains(m.asked[0], "'patience=180'"))
	assert.Check(t, cmp.Regexp("'patience=3[0-9]{3}'", m.asked[1]))
}
