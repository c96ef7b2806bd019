/* SPDX-License-Identifier: MIT */
/*
 * The kernel side as one object: loaded, attached, asked for its counters, detached. Library code:
 * it does not log; what went wrong comes back as a line of text.
 */
#ifndef PROBE_LOADER_H
#define PROBE_LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contract/config.h"
#include "model/cgroup.h"
#include "model/request.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/vector.h"

struct probe;

/*
 * Loads and attaches; sets what request->config leaves to it. On failure returns -errno with a line
 * in error; *ret is then untouched. -ENOEXEC: object_path is not one of our objects, or btf_path
 * not this kernel's BTF, which no change of the host will mend.
 */
int probe_open(const struct request *request, struct probe **ret, struct error *error);

/* Frees all; NULL is fine. */
void probe_close(struct probe *probe);

/*
 * Records that an iterator has written, one a call, in their order; of contract/open.h, process.h
 * and cgroup.h. Returns 0, or -errno: then no more are read, and the caller of the caller has it.
 */
typedef int probe_record_fn(void *ctx, const void *record, size_t size);

/*
 * Visits every descriptor of every process, in all network namespaces, once, and from then on knows
 * what was open or pending before: enum phase. As config.open_tell says, gives EVENT_OPEN for each
 * TCP socket, as often as processes hold it, with its image and cgroup before it. once: before any
 * event is read. Takes about 2 us a socket.
 */
int probe_snapshot(struct probe *probe, probe_record_fn *record, void *ctx, struct error *error);

/*
 * EVENT_OPEN, without OPEN_HELD, for each TCP socket of the network namespace that the calling
 * thread is in; also such as no process holds.
 */
int probe_sockets(struct probe *probe, probe_record_fn *record, void *ctx, struct error *error);

/*
 * EVENT_GAUGE for each connection that is tracked. Returns 0; 1: of those that processes hold, some
 * of them more than once, as this host allows no more; -errno.
 */
int probe_gauges(struct probe *probe, probe_record_fn *record, void *ctx, struct error *error);

/*
 * Takes out what is tracked although its socket is gone, as its end reached no program, and counts
 * it as missed. Not what is younger than 0.1 s. Before probe_detach(): else what ends after it
 * would be taken for that.
 */
int probe_sweep(struct probe *probe, struct error *error);

/*
 * From here on nothing new begins; what is in the ring stays to be read. What is pinned goes on:
 * then this only ends the span that this process observed.
 */
void probe_detach(struct probe *probe);

/*
 * When what happened was observed: from when all programs were attached to before the first was
 * detached (0: they all are still).
 */
struct span probe_observed(const struct probe *probe);

/* The thread group of the command to follow. -errno on failure. */
int probe_follow(struct probe *probe, uint32_t pid);

/* Whether any process that is followed runs; and how many do, or -errno if it cannot be told. */
bool probe_follows_any(const struct probe *probe);
int probe_followed(const struct probe *probe);

/*
 * The kernel side's counters, summed; each only grows. `missed` is what is lost for certain; after
 * probe_detach(), with every end of a call that the kernel skipped and that may have told
 * something. Returns 0; or -errno where the kernel does not tell what it skipped, as bpf(2) is
 * refused: then `missed` is less than it may be, and all else is right.
 */
int probe_counters(struct probe *probe, struct counters *ret);

/* Attempts and connections that are tracked now. Returns 0; or -errno, and *ret is untouched. */
int probe_tracked(struct probe *probe, uint64_t *ret);

/* What one user takes of the room for attempts, by index (below SHARES); and how much there is. */
void probe_share(const struct probe *probe, unsigned int index, struct share *ret);
uint64_t probe_room(struct probe *probe);

/*
 * Has the kernel side tell again of the process (0: of none) before its next attempt, and of the
 * cgroup (NULL: of none) before the next attempt in it. That it has nothing to tell is no error.
 */
void probe_tell_again(struct probe *probe, uint32_t pid, const struct cgroup_key *cgroup);

/*
 * Whether bpf(2) can be asked of what is loaded: 0; or -errno, as before Linux 5.19 without
 * CAP_BPF. Then counters, sweeps and gauges cannot be had.
 */
int probe_is_askable(const struct probe *probe);

/* How answers of name servers are seen, for request->dns. */
enum probe_dns {
	PROBE_DNS_NONE,	     /* not at all: not asked for, or this kernel shows none */
	PROBE_DNS_UDP,	     /* those by UDP, as their memory is freed: consume_skb */
	PROBE_DNS_CONNECTED, /* those that come through sockets connected to port 53 */
	PROBE_DNS_ALL,	     /* also through UDP sockets that are not connected */
};

enum probe_dns probe_dns(const struct probe *probe);

/*
 * How many answers of name servers have come of which nothing could be read, as where they were put
 * was not known; it only grows. No event is lost by it.
 */
uint64_t probe_dns_unread(const struct probe *probe);

/* The ring buffer map. */
int probe_ring_fd(const struct probe *probe);

/*
 * Names the ring, for good within a boot of the host: whoever takes over what another process left
 * in the kernel has the ring, and the id, of that one.
 */
uint64_t probe_ring_id(const struct probe *probe);

/* Whether this process took over what another left in the kernel, and goes on with it. */
bool probe_resumed(const struct probe *probe);

/* Of a probe that outlives its process: request->pin_path. */
struct probe_pins {
	bool pinned;
	uint32_t ring_size; /* bytes, as it is */
	bool other_filters; /* taken over, but something else is asked for than was */
	char misfit[128];   /* why what was found was not taken over; "": it was, or there was
			       none */
	bool unread_known;  /* of that */
	uint64_t unread;    /* events that nobody had read */
	bool pair_unpinned; /* the programs at system calls end with this process */
};

struct probe_pins probe_pins(const struct probe *probe);

/* Whether what was open or pending need not be looked for: who was there before has done so. */
bool probe_knows_open(const struct probe *probe);

/* The tracepoints attached to, comma-separated. Owned by the probe. */
const char *probe_tracepoints(const struct probe *probe);

#endif
