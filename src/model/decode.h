/* SPDX-License-Identifier: MIT */
/*
 * Bytes from the ring buffer -> struct event, image, cgroup, dns_message. Pure: no global state, no
 * allocation, no output.
 *
 * data: size bytes, of any alignment.
 * ret:  set on success only.
 *
 * All return 0, or
 *   -EPROTONOSUPPORT  the record has another version
 *   -EMSGSIZE         its size is not that of its kind
 *   -EBADMSG          a field holds a value that its kind does not define
 */
#ifndef MODEL_DECODE_H
#define MODEL_DECODE_H

#include <stddef.h>

#include "model/event.h"

/* Room for the texts of any image or cgroup. */
#define TEXTS_MAX RECORD_SIZE_MAX

/* Decodes one record of contract/attempt.h, or EVENT_OPEN of contract/open.h. */
int event_decode(const void *data, size_t size, struct event *ret);

/* One of contract/process.h, EVENT_PROCESS. texts: TEXTS_MAX bytes, for those of *ret. */
int image_decode(const void *data, size_t size, char *texts, struct image *ret);

/* One of contract/open.h, EVENT_GAUGE: what a connection carries. */
struct gauge {
	uint64_t start_ns; /* with cpu, the connection: struct event */
	uint16_t cpu;
	uint8_t state; /* TCP_* of the kernel's net/tcp_states.h */
	uint64_t bytes_sent, bytes_received, idle_ns;
	uint32_t unacked, retransmits, rtt_us; /* rtt_us 0: never measured */
};

int gauge_decode(const void *data, size_t size, struct gauge *ret);

/* What is known of a cgroup's paths: all, or the end ("x.scope"). NULL: there is none. */
struct cgroup_paths {
	const char *path;  /* of version 2 */
	const char *path1; /* of version 1, of the pids controller */
};

/*
 * One of contract/cgroup.h, EVENT_CGROUP: key and path, and the paths that say container and unit.
 * texts: TEXTS_MAX bytes, for those of both.
 */
int cgroup_decode(const void *data, size_t size, char *texts, struct cgroup *ret,
		  struct cgroup_paths *ret_paths);

/* One of contract/dns.h, EVENT_DNS: what a process got of a name server. */
struct dns_message {
	struct image_key image; /* of the process */
	uint64_t time_ns;	/* CLOCK_BOOTTIME */
	bool stream;		/* two bytes of length may come before it */
	const uint8_t *data;	/* the record's: any bytes, of which the end may be missing */
	size_t size;
};

int dns_message_decode(const void *data, size_t size, struct dns_message *ret);

#endif
