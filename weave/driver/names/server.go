package names

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// Server listens on the gateways of a host's networks.
type Server struct {
	Answerer Answerer
	// Limit bounds the questions that are being answered.
	Limit *Limit
	Log   *slog.Logger

	mu        sync.Mutex
	listeners map[netip.Addr][]*dns.Server
}

// answerTimeout bounds one answer: several resolvers of a host may be slow.
const answerTimeout = 4 * time.Second

// Listen makes the server answer on the address, port 53, UDP and TCP; where
// it already does, nothing happens.
func (s *Server) Listen(address netip.Addr) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.listeners[address]; ok {
		return nil
	}
	at := netip.AddrPortFrom(address, 53)
	packets, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(at))
	if err != nil {
		return fmt.Errorf("answer names on %s: %w", at, err)
	}
	stream, err := net.ListenTCP("tcp4", net.TCPAddrFromAddrPort(at))
	if err != nil {
		return errors.Join(fmt.Errorf("answer names on %s: %w", at, err), packets.Close())
	}
	s.serve(address, &dns.Server{PacketConn: packets}, &dns.Server{Listener: stream, MaxTCPQueries: 64})
	return nil
}

func (s *Server) serve(address netip.Addr, servers ...*dns.Server) {
	if s.listeners == nil {
		s.listeners = map[netip.Addr][]*dns.Server{}
	}
	s.listeners[address] = servers
	for _, d := range servers {
		d.Handler = dns.HandlerFunc(s.handle)
		d.ReadTimeout, d.WriteTimeout = 2*time.Second, 2*time.Second
		started := make(chan struct{})
		d.NotifyStartedFunc = func() { close(started) }
		go func() {
			if err := d.ActivateAndServe(); err != nil {
				s.Log.Error("names are no longer answered", "address", address, "error", err)
			}
		}()
		<-started // one that has not started cannot be shut down
	}
}

// Silence stops answering on the address.
func (s *Server) Silence(address netip.Addr) {
	s.mu.Lock()
	servers := s.listeners[address]
	delete(s.listeners, address)
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), answerTimeout)
	defer cancel()
	for _, d := range servers {
		if err := d.ShutdownContext(ctx); err != nil {
			s.Log.Warn("stop answering names", "address", address, "error", err)
		}
	}
}

// Close stops answering everywhere.
func (s *Server) Close() {
	s.mu.Lock()
	addresses := make([]netip.Addr, 0, len(s.listeners))
	for a := range s.listeners {
		addresses = append(addresses, a)
	}
	s.mu.Unlock()
	for _, a := range addresses {
		s.Silence(a)
	}
}

func (s *Server) handle(w dns.ResponseWriter, question *dns.Msg) {
	from, overTCP := remote(w.RemoteAddr())
	if !s.Limit.enter(from) {
		s.write(w, status(question, dns.RcodeServerFailure))
		return
	}
	defer s.Limit.leave(from)
	ctx, cancel := context.WithTimeout(context.Background(), answerTimeout)
	defer cancel()
	reply := s.Answerer.Answer(ctx, from, question, overTCP)
	reply.Compress = true
	if !overTCP {
		reply.Truncate(payload(question))
	}
	s.write(w, reply)
}

func (s *Server) write(w dns.ResponseWriter, reply *dns.Msg) {
	if err := w.WriteMsg(reply); err != nil {
		s.Log.Debug("send answer", "to", w.RemoteAddr(), "error", err)
	}
}

// payload is how many bytes the asker takes over UDP.
func payload(question *dns.Msg) int {
	if opt := question.IsEdns0(); opt != nil {
		return max(dns.MinMsgSize, int(opt.UDPSize()))
	}
	return dns.MinMsgSize
}

func remote(a net.Addr) (from netip.Addr, overTCP bool) {
	switch a := a.(type) {
	case *net.UDPAddr:
		return a.AddrPort().Addr().Unmap(), false
	case *net.TCPAddr:
		return a.AddrPort().Addr().Unmap(), true
	}
	return netip.Addr{}, false
}
