/* SPDX-License-Identifier: MIT */
/*
 * One event of a connection, as every room of the program sees it: the decoded form of the records
 * of contract/record.h. Owns no memory.
 */
#ifndef MODEL_EVENT_H
#define MODEL_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "contract/attempt.h"
#include "contract/open.h"
#include "model/cgroup.h"
#include "model/dns_names.h"
#include "model/image.h"

/* An address of 16 bytes (IPv4 as ::ffff:a.b.c.d) and a port in host byte order. */
struct endpoint {
	uint8_t addr[16];
	uint32_t scope_id; /* of a link-local address: its interface's index (RFC 4007); else 0 */
	uint16_t port;
};

/* event.has: which optional fields are known. A field whose bit is clear must not be shown. */
enum event_has {
	EVENT_HAS_SRC = 1 << 0,
	EVENT_HAS_ERROR = 1 << 1,
	EVENT_HAS_LATENCY = 1 << 2,
	EVENT_HAS_REQUESTED = 1 << 3, /* and it differs from dst */
	EVENT_HAS_DURATION = 1 << 4,
	EVENT_HAS_RTT = 1 << 5,
	EVENT_HAS_CGROUP = 1 << 6,
	EVENT_HAS_RETRIES = 1 << 7, /* known for what was sent; the count may be 0 */
	EVENT_HAS_PROCESS = 1 << 8, /* pid, tid, ppid, uid, process_start_ns and both names */
	EVENT_HAS_HOLDERS = 1 << 9, /* it is known how many processes hold it, which may be none */
	EVENT_HAS_OBSERVED = 1 << 10,
	EVENT_HAS_IDLE = 1 << 11,
};

/* EVENT_OPEN: the socket at the moment of the event. */
struct event_open {
	uint64_t socket; /* the same in all events of a socket that one snapshot gives; not shown */
	uint64_t idle_ns;	  /* EVENT_HAS_IDLE */
	uint32_t unacked;	  /* bytes that the peer has not acknowledged */
	uint32_t fd;		  /* of its process, if it has one */
	uint8_t state;		  /* TCP_* of the kernel's net/tcp_states.h */
	enum direction direction; /* DIRECTION_UNKNOWN is shown as such */
	bool held;		  /* by the event's process; else no holder is known */
	bool wanted;		  /* the kernel side's filters want it of this holder */
	uint8_t fit;		  /* enum fit: and what user space has to say of the same */
	bool kernel;		  /* a socket of the kernel's own */
};

struct event {
	enum event_kind kind;
	enum origin origin;
	uint32_t has;	  /* EVENT_HAS_* */
	uint64_t time_ns; /* CLOCK_BOOTTIME */

	/* the attempt */
	uint64_t start_ns; /* CLOCK_BOOTTIME; with cpu, the connection's id */
	uint16_t cpu;
	uint64_t process_start_ns; /* CLOCK_BOOTTIME */
	uint64_t cgroup_id, cgroup1_id;
	uint32_t pid, tid, ppid, uid, netns, exec_id;
	char comm[COMM_LEN];	    /* NUL-terminated, any bytes */
	char thread_comm[COMM_LEN]; /* likewise */
	uint8_t family;		    /* 4 or 6 */
	bool not_sent, deferred, mapped;
	bool followed; /* with FILTER_MARKED: the command's, or a descendant's of it */
	struct endpoint dst, src, requested;

	/* the result; of EVENT_RETRY, error is why the SYN could not leave, and not_sent is set */
	uint16_t error; /* errno, positive */
	uint64_t latency_ns;
	uint32_t retries; /* those that left this host, like retransmits */

	/*
	 * Who, where and whereto, as far as it is known, else NULL. They belong to enrich/, and are
	 * valid as long as the callback that the event came by runs: who keeps the event clears or
	 * copies them.
	 */
	const struct image *image;
	const struct cgroup *cgroup;
	const struct dns_names *names;

	/* how many more such events the line stands for: aggregate/repeats.h */
	uint64_t repeated;

	/*
	 * Open before tracing began: the process, if it is known, holds it, and need not have
	 * opened it; of several that hold it, the one that started first.
	 */
	bool preexisting;
	uint32_t holders;     /* processes; EVENT_HAS_HOLDERS */
	uint64_t observed_ns; /* since tracing began, where duration_ns cannot be known */

	struct event_open open;

	/* EVENT_CLOSE; of EVENT_OPEN, what it has carried so far: all from bytes_sent on */
	enum ended ended; /* ENDED_UNKNOWN must not be shown */
	uint64_t duration_ns;
	uint64_t bytes_sent, bytes_received;
	uint32_t retransmits, rtt_us;
};

/* So many events of its kind the line stands for. */
static inline uint64_t event_weight(const struct event *event)
{
	return event->repeated < UINT64_MAX ? 1 + event->repeated : event->repeated;
}

/* The event's name ("established"); NULL for a kind that does not exist. */
const char *event_kind_name(enum event_kind kind);

/* The origin's name; "unknown" for what does not exist. */
const char *origin_name(enum origin origin);

/* "out", "in", "unknown". */
const char *direction_name(enum direction direction);

/* "established", "fin_wait_1", ...: OpenTelemetry's network.connection.state; NULL: no such. */
const char *tcp_state_name(uint8_t state);

/* The name that the destination was asked for by, if that is certain (docs/spec.md, T14); NULL. */
const char *event_server(const struct event *event);

/*
 * Whether latency_ns is how long a handshake took: docs/spec.md, T8. A deferred Fast Open's holds
 * the application's own idle time.
 */
bool event_has_handshake(const struct event *event);

/* Whether it is an EVENT_OPEN of a socket that listens: without peer, and all of a connection. */
bool event_listens(const struct event *event);

/* "fin", "reset_sent", ...; NULL for ENDED_UNKNOWN and for what does not exist. */
const char *ended_name(enum ended ended);

#endif
