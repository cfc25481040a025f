package credentials

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Check reports every fault, each of them beginning with its key.
func (c Config) Check() error {
	var errs []error
	if c.Attempts < 0 || c.Attempts > maxAttempts {
		errs = append(errs, fmt.Errorf("attempts: want a number from 1 to %d", maxAttempts))
	}
	_, err := parseProxies(c.TrustedProxies)
	return errors.Join(append(errs, err)...)
}

// maxAttempts is where a bound is none any more.
const maxAttempts = 10_000

// proxies are the networks whose X-Forwarded-For is believed.
type proxies []netip.Prefix

func parseProxies(texts []string) (p proxies, err error) {
	var errs []error
	for i, text := range texts {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			var addr netip.Addr
			if addr, err = netip.ParseAddr(text); err == nil {
				network = netip.PrefixFrom(addr, addr.BitLen())
			}
		}
		switch {
		case err != nil || network.Addr().Zone() != "":
			errs = append(errs, fmt.Errorf("trustedProxies[%d]: want an IP address or a network such as 10.0.0.0/8", i))
		case network.Bits() == 0:
			errs = append(errs, fmt.Errorf("trustedProxies[%d]: this network covers every address, so any client could forge its own", i))
		default:
			p = append(p, network.Masked())
		}
	}
	return p, errors.Join(errs...)
}

func (p proxies) trusted(a netip.Addr) bool {
	return slices.ContainsFunc(p, func(network netip.Prefix) bool { return network.Contains(a) })
}

// trusts reports whether a request comes from a trusted proxy.
func (p proxies) trusts(r *http.Request) bool {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && p.trusted(from.Addr().Unmap())
}

// client gives the network of the one who made a request: the address, or for IPv6 its
// /64, which is what one subscriber has at least. Where the connection is from a trusted
// proxy, it is the last of X-Forwarded-For that is none. The zero value stands for all
// whose address cannot be told.
func (p proxies) client(r *http.Request) netip.Prefix {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Prefix{}
	}
	client := from.Addr().Unmap()
	if p.trusted(client) {
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for _, hop := range slices.Backward(hops) {
			addr, err := parseHop(strings.TrimSpace(hop))
			if err != nil {
				// Whatever stands before it, nobody who is trusted has written it.
				break
			}
			if client = addr; !p.trusted(client) {
				break
			}
		}
	}
	bits := client.BitLen()
	if client.Is6() {
		bits = 64
	}
	network, _ := client.WithZone("").Prefix(bits)
	return network
}

// parseHop reads an address, which some proxies write with a port.
func parseHop(text string) (netip.Addr, error) {
	if withPort, err := netip.ParseAddrPort(text); err == nil {
		return withPort.Addr().Unmap(), nil
	}
	addr, err := netip.ParseAddr(text)
	return addr.Unmap(), err
}
