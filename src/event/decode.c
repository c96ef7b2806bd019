// SPDX-License-Identifier: MIT
#include "event/decode.h"

#include <errno.h>
#include <string.h>

static bool is_mapped(const __u8 addr[16])
{
	static const __u8 prefix[12] = {[10] = 0xff, [11] = 0xff};

	return !memcmp(addr, prefix, sizeof(prefix));
}

static bool is_terminated(const char comm[COMM_LEN])
{
	return memchr(comm, '\0', COMM_LEN) != NULL;
}

static size_t size_of_kind(unsigned int kind)
{
	return kind == EVENT_CLOSE ? sizeof(struct close_event) : sizeof(struct event);
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
	if (a->family == 4 && (!is_mapped(a->daddr) || (a->sport && !is_mapped(a->saddr))))
		return false;
	if (a->origin >= ORIGIN_END || a->flags & ~ATTEMPT_FLAGS_ALL)
		return false;
	return is_terminated(a->comm) && is_terminated(a->thread_comm);
}

static bool error_valid(const struct event *e)
{
	switch (e->kind) {
	case EVENT_FAILED:
		return e->error;
	case EVENT_RETRY:
	case EVENT_CLOSE:
		return true;
	default:
		return !e->error;
	}
}

static bool ended_valid(const struct event *e)
{
	return e->ended < ENDED_END && (e->kind == EVENT_CLOSE || !e->ended);
}

/* Copies the record, for its alignment and so that what is checked is what is used. */
static int read_record(const void *data, size_t size, struct close_event *ret)
{
	const struct event *e = &ret->event;
	__u16 version;

	if (size < sizeof(version))
		return -EMSGSIZE;
	/* First of all: another version may have any other size. */
	memcpy(&version, data, sizeof(version));
	if (version != EVENT_VERSION)
		return -EPROTONOSUPPORT;
	if (size < sizeof(struct event) || size > sizeof(struct close_event))
		return -EMSGSIZE;
	memcpy(ret, data, size);
	if (e->kind < EVENT_CONNECT || e->kind >= EVENT_KIND_END)
		return -EBADMSG;
	if (size != size_of_kind(e->kind) || e->size != size)
		return -EMSGSIZE;
	return error_valid(e) && ended_valid(e) && attempt_valid(&e->attempt) ? 0 : -EBADMSG;
}

/* fe80::/10: RFC 4291, 2.5.6. */
static bool is_link_local(const __u8 addr[16])
{
	return addr[0] == 0xfe && (addr[1] & 0xc0) == 0x80;
}

static void endpoint_set(struct endpoint *to, const __u8 addr[16], __u16 port, __u32 scope_id)
{
	memcpy(to->addr, addr, sizeof(to->addr));
	to->port = port;
	to->scope_id = is_link_local(addr) ? scope_id : 0;
}

static bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && !memcmp(a->addr, b->addr, sizeof(a->addr));
}

static void set_process(struct conn *conn, const struct attempt *a)
{
	conn->has |= CONN_HAS_PROCESS;
	conn->process_start_ns = a->process_start_ns;
	conn->pid = a->pid;
	conn->tid = a->tid;
	conn->ppid = a->ppid;
	conn->uid = a->uid;
	memcpy(conn->comm, a->comm, COMM_LEN);
	memcpy(conn->thread_comm, a->thread_comm, COMM_LEN);
	if (a->cgroup_id) {
		conn->cgroup_id = a->cgroup_id;
		conn->has |= CONN_HAS_CGROUP;
	}
}

static void set_attempt(struct conn *conn, const struct attempt *a)
{
	conn->start_ns = a->start_ns;
	conn->cpu = a->cpu;
	conn->netns = a->netns;
	conn->origin = (enum origin)a->origin;
	conn->family = a->family;
	conn->not_sent = a->flags & ATTEMPT_NOT_SENT;
	conn->deferred = a->flags & ATTEMPT_DEFERRED;
	conn->mapped = a->flags & ATTEMPT_MAPPED;
	if (a->pid)
		set_process(conn, a);
}

static void set_endpoints(struct conn *conn, const struct attempt *a)
{
	struct endpoint requested;

	endpoint_set(&conn->dst, a->daddr, a->dport, a->scope_id);
	if (a->sport) {
		endpoint_set(&conn->src, a->saddr, a->sport, a->scope_id);
		conn->has |= CONN_HAS_SRC;
	}
	if (!(a->flags & ATTEMPT_REQUESTED))
		return;
	endpoint_set(&requested, a->requested, a->requested_port, 0);
	if (!endpoint_equal(&requested, &conn->dst)) {
		conn->requested = requested;
		conn->has |= CONN_HAS_REQUESTED;
	}
}

static bool is_result(enum event_kind kind)
{
	return kind == EVENT_ESTABLISHED || kind == EVENT_FAILED || kind == EVENT_CANCELLED;
}

static void set_result(struct conn *conn, const struct event *e)
{
	if (e->error) {
		conn->error = e->error;
		conn->has |= CONN_HAS_ERROR;
	}
	if (conn->not_sent)
		return;
	if (!(e->attempt.flags & ATTEMPT_UNTRACKED)) {
		conn->retries = e->syn_retransmits;
		conn->has |= CONN_HAS_RETRIES;
	}
	if (e->kind == EVENT_RETRY && e->error)
		conn->not_sent = true;
	if (is_result(conn->kind) && !(e->attempt.flags & ATTEMPT_UNTIMED) &&
	    conn->time_ns >= conn->start_ns) {
		conn->latency_ns = conn->time_ns - conn->start_ns;
		conn->has |= CONN_HAS_LATENCY;
	}
}

static void set_close(struct conn *conn, const struct close_event *c)
{
	conn->ended = (enum ended)c->event.ended;
	conn->bytes_sent = c->bytes_sent;
	conn->bytes_received = c->bytes_received;
	conn->retransmits = c->retransmits;
	if (c->established_ns && conn->time_ns >= c->established_ns) {
		conn->duration_ns = conn->time_ns - c->established_ns;
		conn->has |= CONN_HAS_DURATION;
	}
	if (c->rtt_us) {
		conn->rtt_us = c->rtt_us;
		conn->has |= CONN_HAS_RTT;
	}
}

int event_decode(const void *data, size_t size, struct conn *ret)
{
	struct close_event record;
	int err = read_record(data, size, &record);

	if (err)
		return err;
	*ret = (struct conn){
		.kind = (enum event_kind)record.event.kind,
		.time_ns = record.event.time_ns,
	};
	set_attempt(ret, &record.event.attempt);
	set_endpoints(ret, &record.event.attempt);
	set_result(ret, &record.event);
	if (ret->kind == EVENT_CLOSE)
		set_close(ret, &record);
	return 0;
}
