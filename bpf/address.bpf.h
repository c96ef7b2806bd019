/* SPDX-License-Identifier: MIT */
/* Addresses: the kernel's two forms and the program's sockaddr -> 16 bytes. */
#ifndef BPF_ADDRESS_BPF_H
#define BPF_ADDRESS_BPF_H

#include "bpf/kernel.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "contract/event.h"

static __always_inline void address_from_ipv4(__u8 to[16], __be32 addr)
{
	__u32 *words = (__u32 *)to;

	words[0] = 0;
	words[1] = 0;
	words[2] = bpf_htonl(0xffff);
	words[3] = addr;
}

static __always_inline void address_copy(__u8 to[16], const __u8 from[16])
{
	__builtin_memcpy(to, from, 16);
}

static __always_inline bool address_is_mapped(const __u8 addr[16])
{
	const __u32 *words = (const __u32 *)addr;

	return !words[0] && !words[1] && words[2] == bpf_htonl(0xffff);
}

/*
 * Reads a sockaddr of the program's, as the kernel's connect would.
 * Returns the family, 4 or 6 (an IPv4-mapped address is 4), or 0 if it names no readable,
 * well-formed address of either.
 */
static __always_inline __u8 address_from_user(__u8 to[16], __u16 *port, bool *mapped, __u64 uaddr,
					      __u32 len)
{
	/* struct sockaddr_in and sockaddr_in6: family, port, then address at 4 or 8. */
	struct {
		__u16 family;
		__be16 port;
		__u8 rest[20];
	} sockaddr = {};
	const __u32 in_size = 16, in6_min_size = 24; /* sizeof sockaddr_in; SIN6_LEN_RFC2133 */
	const __u32 max_size =
		128; /* sizeof sockaddr_storage: connect(2) takes none that is longer */

	*mapped = false;
	if (len < in_size || len > max_size)
		return 0;
	if (bpf_probe_read_user(&sockaddr, len < in6_min_size ? in_size : in6_min_size,
				(void *)uaddr))
		return 0;
	*port = bpf_ntohs(sockaddr.port);
	if (sockaddr.family == AF_INET) {
		address_from_ipv4(to, *(__be32 *)sockaddr.rest);
		return 4;
	}
	if (sockaddr.family != AF_INET6 || len < in6_min_size)
		return 0;
	address_copy(to, sockaddr.rest + 4);
	*mapped = address_is_mapped(to);
	return *mapped ? 4 : 6;
}

#endif
