/* SPDX-License-Identifier: MIT */
/* Addresses: the kernel's two forms and the program's sockaddr -> 16 bytes. */
#ifndef BPF_ADDRESS_BPF_H
#define BPF_ADDRESS_BPF_H

#include "bpf/kernel.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "contract/attempt.h"

static __always_inline void address_from_ipv4(__u8 to[16], __be32 addr)
{
	__u32 *words = (__u32 *)to;

	words[0] = 0;
	words[1] = 0;
	words[2] = bpf_htonl(0xffff);
	words[3] = addr;
}

/* By words, which all addresses are aligned to; the compiler, which cannot know, goes by bytes. */
static __always_inline void address_copy(__u8 to[16], const __u8 from[16])
{
	const __u32 *from_words = (const __u32 *)from;
	__u32 *words = (__u32 *)to;

	words[0] = from_words[0];
	words[1] = from_words[1];
	words[2] = from_words[2];
	words[3] = from_words[3];
}

static __always_inline bool address_is_mapped(const __u8 addr[16])
{
	const __u32 *words = (const __u32 *)addr;

	return !words[0] && !words[1] && words[2] == bpf_htonl(0xffff);
}

/* fe80::/10: RFC 4291, 2.5.6. */
static __always_inline bool address_is_link_local(const __u8 addr[16])
{
	return addr[0] == 0xfe && (addr[1] & 0xc0) == 0x80;
}

/* What a program asks for. */
struct request {
	__u8 addr[16];
	__u32 scope_id; /* sin6_scope_id, for a link-local address; else 0 */
	__u16 port;
	__u8 family; /* 4 or 6; 0: not read, or no readable, well-formed address of either */
	bool mapped; /* ::ffff:a.b.c.d, in an IPv6 sockaddr: family is 4 */
};

/*
 * Reads a sockaddr of the program's, as the kernel's connect would.
 *
 * A function of its own, for the sake of its small stack. A program with more than 48 bytes of
 * stack gets it in another place than the kernel's own since Linux 6.13, and a copy from user
 * memory to there costs some 100 ns more, in checks of where it goes.
 */
static __noinline void request_from_user(struct request *request, __u64 uaddr, __u32 len)
{
	/* struct sockaddr_in and sockaddr_in6: family, port, then address at 4 or 8. */
	struct {
		__u16 family;
		__be16 port;
		__u8 rest[20];
		__u32 scope_id;
	} sockaddr = {};
	const __u32 in_size = 16, in6_min_size = 24; /* sizeof sockaddr_in; SIN6_LEN_RFC2133 */
	const __u32 in6_size = sizeof(sockaddr);
	const __u32 max_size =
		128; /* sizeof sockaddr_storage: connect(2) takes none that is longer */

	request->family = 0;
	request->mapped = false;
	request->scope_id = 0;
	if (len < in_size || len > max_size)
		return;
	if (bpf_probe_read_user(&sockaddr,
				len < in6_min_size ? in_size
				: len < in6_size   ? in6_min_size
						   : in6_size,
				(void *)uaddr))
		return;
	request->port = bpf_ntohs(sockaddr.port);
	if (sockaddr.family == AF_INET) {
		address_from_ipv4(request->addr, *(__be32 *)sockaddr.rest);
		request->family = 4;
	} else if (sockaddr.family == AF_INET6 && len >= in6_min_size) {
		address_copy(request->addr, sockaddr.rest + 4);
		request->mapped = address_is_mapped(request->addr);
		request->family = request->mapped ? 4 : 6;
		if (address_is_link_local(request->addr))
			request->scope_id = sockaddr.scope_id;
	}
}

#endif
