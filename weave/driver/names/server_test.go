package names

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/miekg/dns"
	"go.uber.org/goleak"
	"gotest.tools/v3/assert"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// upstream is a name server on loopback that answers as told.
func upstream(t *testing.T, answer dns.HandlerFunc) string {
	t.Helper()
	packets, err := net.ListenPacket("udp4", "127.0.0.1:0")
	assert.NilError(t, err)
	started := make(chan struct{})
	s := &dns.Server{PacketConn: packets, Handler: answer, NotifyStartedFunc: func() { close(started) }}
	go func() { _ = s.ActivateAndServe() }()
	<-started
	t.Cleanup(func() { assert.NilError(t, s.Shutdown()) })
	return packets.LocalAddr().String()
}

func rcode(code int) dns.HandlerFunc {
	return func(w dns.ResponseWriter, q *dns.Msg) { _ = w.WriteMsg(new(dns.Msg).SetRcode(q, code)) }
}

func TestForwarderPassesOverServersThatFail(t *testing.T) {
	broken, good := upstream(t, rcode(dns.RcodeServerFailure)), upstream(t, rcode(dns.RcodeNameError))
	f := Forwarder{Timeout: time.Second, Servers: func() []string { return []string{broken, good} }}
	question := new(dns.Msg).SetQuestion("example.com.", dns.TypeA)
	reply, err := f.Exchange(t.Context(), question, false)
	assert.NilError(t, err)
	assert.Equal(t, reply.Rcode, dns.RcodeNameError)
	assert.Equal(t, reply.Id, question.Id)
}

func TestForwarderGivesUpOnSilence(t *testing.T) {
	silent := upstream(t, func(dns.ResponseWriter, *dns.Msg) {})
	f := Forwarder{Timeout: 50 * time.Millisecond, Servers: func() []string { return []string{silent} }}
	start := time.Now()
	_, err := f.Exchange(t.Context(), new(dns.Msg).SetQuestion("example.com.", dns.TypeA), false)
	assert.ErrorContains(t, err, "timeout")
	assert.Assert(t, time.Since(start) < time.Second)
}

func TestResolversOfAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "resolv.conf")
	assert.NilError(t, os.WriteFile(path, []byte("nameserver 127.0.0.53\nnameserver fd00::1\noptions edns0\n"), 0o600))
	assert.DeepEqual(t, Resolvers(path), []string{"127.0.0.53:53", "[fd00::1]:53"})
	assert.Equal(t, len(Resolvers(path+".none")), 0)
}

// crowd is a directory in which loopback is a container and web has many replicas.
type crowd struct{ town }

func (crowd) Asker(netip.Addr) (Asker, bool) { return Asker{Networks: []Network{back()}}, true }

func (crowd) Local(_, name string) []netip.Addr {
	var all []netip.Addr
	for i := range 200 {
		if name == "web" {
			all = append(all, netip.AddrFrom4([4]byte{10, 32, 1, byte(i)}))
		}
	}
	return all
}

func serve(t *testing.T) netip.Addr {
	t.Helper()
	s := &Server{
		Answerer: Answerer{Directory: crowd{}, Weave: &zoneFile{}},
		Limit:    &Limit{Total: 16, Each: 16}, Log: slog.New(slog.DiscardHandler),
	}
	at := netip.MustParseAddr(fmt.Sprintf("127.0.%d.53", os.Getpid()%200+1))
	if err := s.Listen(at); err != nil {
		t.Skipf("needs the right to bind port 53: %v", err)
	}
	assert.NilError(t, s.Listen(at), "twice is once")
	t.Cleanup(s.Close)
	return at
}

func TestManyAnswersComeOverTCP(t *testing.T) {
	at := netip.AddrPortFrom(serve(t), 53).String()
	question := new(dns.Msg).SetQuestion("web.", dns.TypeA)

	over := dns.Client{Net: "udp"}
	reply, _, err := over.ExchangeContext(context.Background(), question, at)
	assert.NilError(t, err)
	reply.Compress = true
	assert.Assert(t, reply.Truncated && reply.Len() <= dns.MinMsgSize, "%d bytes", reply.Len())

	over.Net = "tcp"
	reply, _, err = over.ExchangeContext(context.Background(), question, at)
	assert.NilError(t, err)
	assert.Equal(t, len(reply.Answer), 200)
}

func TestSilencedAddressIsFree(t *testing.T) {
	at := serve(t)
	s := &Server{Limit: &Limit{}, Log: slog.New(slog.DiscardHandler)}
	assert.ErrorContains(t, s.Listen(at), "answer names on")
	s.Silence(at)
}
