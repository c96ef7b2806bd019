// SPDX-License-Identifier: MIT
#include "model/decode.h"

#include <errno.h>
#include <string.h>

#include "contract/interface.h"
#include "model/decode_open.h"
#include "util/address.h"

/* A record of any kind of event. */
union event_record {
	struct attempt_record base;
	struct close_record close;
	struct open_record open;
};

static bool is_terminated(const char comm[COMM_LEN])
{
	return memchr(comm, '\0', COMM_LEN) != NULL;
}

static size_t size_of_kind(unsigned int kind)
{
	return kind == EVENT_CLOSE  ? sizeof(struct close_record)
	       : kind == EVENT_OPEN ? sizeof(struct open_record)
				    : sizeof(struct attempt_record);
}

/*
 * What was requested may be of another family than what the socket got: connect to `::` on a
 * socket bound to an IPv4-mapped address goes to 127.0.0.1, and cgroup/connect6 can rewrite
 * likewise. So only the socket's own addresses must agree with its family.
 */
static bool attempt_valid(const struct attempt *a)
{
	if (a->family != 4 && a->family != 6)
		return false;
	if (a->family == 4 &&
	    (address_family(a->daddr) != 4 || (a->sport && address_family(a->saddr) != 4)))
		return false;
	if (a->origin >= ORIGIN_END || a->flags & ~ATTEMPT_FLAGS_ALL)
		return false;
	return is_terminated(a->comm) && is_terminated(a->thread_comm);
}

static bool error_valid(const struct attempt_record *e)
{
	switch (e->head.kind) {
	case EVENT_FAILED:
		return e->error;
	case EVENT_RETRY:
	case EVENT_CLOSE:
		return true;
	default:
		return !e->error;
	}
}

static bool ended_valid(const struct attempt_record *e)
{
	return e->ended < ENDED_END && (e->head.kind == EVENT_CLOSE || !e->ended);
}

/* Copies the record, for its alignment and so that what is checked is what is used. */
static int read_record(const void *data, size_t size, union event_record *ret)
{
	const struct attempt_record *e = &ret->base;
	struct record head;

	if (size < sizeof(head.interface))
		return -EMSGSIZE;
	/* First of all: a record of another interface may have any size. */
	memcpy(&head.interface, data, sizeof(head.interface));
	if (head.interface != INTERFACE)
		return -EPROTONOSUPPORT;
	if (size < sizeof(struct attempt_record) || size > sizeof(*ret))
		return -EMSGSIZE;
	memcpy(ret, data, size);
	if (e->head.kind < EVENT_CONNECT || e->head.kind >= EVENT_KIND_END)
		return -EBADMSG;
	if (size != size_of_kind(e->head.kind) || e->head.size != size)
		return -EMSGSIZE;
	if (!error_valid(e) || !ended_valid(e) || !attempt_valid(&e->attempt))
		return -EBADMSG;
	return e->head.kind != EVENT_OPEN || open_valid(&ret->open) ? 0 : -EBADMSG;
}

static void endpoint_set(struct endpoint *to, const __u8 addr[16], __u16 port, __u32 scope_id)
{
	memcpy(to->addr, addr, sizeof(to->addr));
	to->port = port;
	to->scope_id = address_is_link_local(addr) ? scope_id : 0;
}

static bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && !memcmp(a->addr, b->addr, sizeof(a->addr));
}

static void set_process(struct event *event, const struct attempt *a)
{
	event->has |= EVENT_HAS_PROCESS;
	event->process_start_ns = a->process_start_ns;
	event->pid = a->pid;
	event->tid = a->tid;
	event->ppid = a->ppid;
	event->uid = a->uid;
	event->exec_id = a->exec_id;
	memcpy(event->comm, a->comm, COMM_LEN);
	memcpy(event->thread_comm, a->thread_comm, COMM_LEN);
}

static void set_cgroup(struct event *event, const struct attempt *a)
{
	event->has |= EVENT_HAS_CGROUP;
	event->cgroup_id = a->cgroup_id;
	event->cgroup1_id = a->cgroup1_id;
}

static void set_attempt(struct event *event, const struct attempt *a)
{
	event->start_ns = a->start_ns;
	event->cpu = a->cpu;
	event->netns = a->netns;
	event->origin = (enum origin)a->origin;
	event->family = a->family;
	event->not_sent = a->flags & ATTEMPT_NOT_SENT;
	event->deferred = a->flags & ATTEMPT_DEFERRED;
	event->mapped = a->flags & ATTEMPT_MAPPED;
	event->followed = a->flags & ATTEMPT_FOLLOWED;
	event->preexisting = a->flags & ATTEMPT_PREEXISTING || event->kind == EVENT_OPEN;
	if (a->pid)
		set_process(event, a);
	/* Whose socket it was is known of one that nobody holds, too. */
	if (a->cgroup_id && (a->pid || event->preexisting))
		set_cgroup(event, a);
}

static void set_endpoints(struct event *event, const struct attempt *a)
{
	struct endpoint requested;

	endpoint_set(&event->dst, a->daddr, a->dport, a->scope_id);
	if (a->sport) {
		endpoint_set(&event->src, a->saddr, a->sport, a->scope_id);
		event->has |= EVENT_HAS_SRC;
	}
	if (!(a->flags & ATTEMPT_REQUESTED))
		return;
	endpoint_set(&requested, a->requested, a->requested_port, 0);
	if (!endpoint_equal(&requested, &event->dst)) {
		event->requested = requested;
		event->has |= EVENT_HAS_REQUESTED;
	}
}

static bool is_result(enum event_kind kind)
{
	return kind == EVENT_ESTABLISHED || kind == EVENT_FAILED || kind == EVENT_CANCELLED;
}

static void set_result(struct event *event, const struct attempt_record *e)
{
	if (e->error) {
		event->error = e->error;
		event->has |= EVENT_HAS_ERROR;
	}
	if (event->not_sent)
		return;
	if (e->head.kind == EVENT_RETRY && e->error)
		event->not_sent = true;
	/* When a preexisting one began is not known, nor how often its SYN was sent. */
	if (event->preexisting)
		return;
	if (!(e->attempt.flags & ATTEMPT_UNTRACKED)) {
		event->retries = e->syn_retransmits;
		event->has |= EVENT_HAS_RETRIES;
	}
	if (is_result(event->kind) && !(e->attempt.flags & ATTEMPT_UNTIMED) &&
	    event->time_ns >= event->start_ns) {
		event->latency_ns = event->time_ns - event->start_ns;
		event->has |= EVENT_HAS_LATENCY;
	}
}

static void set_close(struct event *event, const struct close_record *c)
{
	event->ended = (enum ended)c->base.ended;
	event->bytes_sent = c->bytes_sent;
	event->bytes_received = c->bytes_received;
	event->retransmits = c->retransmits;
	if (c->established_ns && event->time_ns >= c->established_ns && !event->preexisting) {
		event->duration_ns = event->time_ns - c->established_ns;
		event->has |= EVENT_HAS_DURATION;
	}
	if (c->rtt_us) {
		event->rtt_us = c->rtt_us;
		event->has |= EVENT_HAS_RTT;
	}
}

int event_decode(const void *data, size_t size, struct event *ret)
{
	union event_record record;
	int err = read_record(data, size, &record);

	if (err)
		return err;
	*ret = (struct event){
		.kind = (enum event_kind)record.base.head.kind,
		.time_ns = record.base.time_ns,
	};
	set_attempt(ret, &record.base.attempt);
	set_endpoints(ret, &record.base.attempt);
	set_result(ret, &record.base);
	if (ret->kind == EVENT_CLOSE)
		set_close(ret, &record.close);
	else if (ret->kind == EVENT_OPEN)
		open_set(ret, &record.open);
	return 0;
}
