// SPDX-License-Identifier: MIT
#include "model/event.h"

#include <stddef.h>

#include "util/array.h"

static const char *const event_kind_names[EVENT_KIND_END] = {
	[EVENT_CONNECT] = "connect",
	[EVENT_RETRY] = "retry",
	[EVENT_ESTABLISHED] = "established",
	[EVENT_FAILED] = "failed",
	[EVENT_CANCELLED] = "cancelled",
	[EVENT_CLOSE] = "close",
	[EVENT_OPEN] = "open",
};

static const char *const origin_names[ORIGIN_END] = {
	[ORIGIN_UNKNOWN] = "unknown",	[ORIGIN_CONNECT] = "connect", [ORIGIN_COMPAT] = "compat",
	[ORIGIN_IO_URING] = "io_uring", [ORIGIN_SENDMSG] = "sendmsg", [ORIGIN_KERNEL] = "kernel",
	[ORIGIN_MPTCP] = "mptcp",	[ORIGIN_REPAIR] = "repair",
};

const char *event_kind_name(enum event_kind kind)
{
	return (unsigned int)kind < EVENT_KIND_END ? event_kind_names[kind] : NULL;
}

const char *origin_name(enum origin origin)
{
	return origin_names[(unsigned int)origin < ORIGIN_END ? origin : ORIGIN_UNKNOWN];
}

const char *ended_name(enum ended ended)
{
	static const char *const names[ENDED_END] = {
		[ENDED_FIN] = "fin",
		[ENDED_LOCAL] = "local",
		[ENDED_RESET_SENT] = "reset_sent",
		[ENDED_RESET_RECEIVED] = "reset_received",
		[ENDED_TIMEOUT] = "timeout",
		[ENDED_ABORTED] = "aborted",
	};

	return (unsigned int)ended < ENDED_END ? names[ended] : NULL;
}

const char *direction_name(enum direction direction)
{
	static const char *const names[DIRECTION_END] = {
		[DIRECTION_UNKNOWN] = "unknown",
		[DIRECTION_OUT] = "out",
		[DIRECTION_IN] = "in",
	};

	return names[(unsigned int)direction < DIRECTION_END ? direction : DIRECTION_UNKNOWN];
}

const char *dns_source_name(enum dns_source source)
{
	static const char *const names[] = {
		[DNS_FROM_PROCESS] = "process",
		[DNS_FROM_PARENT] = "parent",
		[DNS_FROM_HOST] = "host",
	};

	return (unsigned int)source < ARRAY_SIZE(names) ? names[source] : NULL;
}

const char *dns_names_sure(const struct dns_names *names)
{
	return names && names->source != DNS_FROM_HOST && names->n == 1 ? names->names[0] : NULL;
}

bool dns_names_are_all(const struct dns_names *names)
{
	return names && names->source != DNS_FROM_HOST && names->n && names->n < DNS_NAMES_MAX;
}

const char *event_server(const struct event *event)
{
	return dns_names_sure(event->names);
}

bool event_has_handshake(const struct event *event)
{
	return event->kind == EVENT_ESTABLISHED && event->has & EVENT_HAS_LATENCY &&
	       !event->deferred && event->origin != ORIGIN_REPAIR;
}

/* net/tcp_states.h */
#define TCP_LISTEN 10

bool event_listens(const struct event *event)
{
	return event->kind == EVENT_OPEN && event->open.state == TCP_LISTEN;
}

/* By the kernel's numbers, net/tcp_states.h. */
const char *tcp_state_name(uint8_t state)
{
	static const char *const names[] = {
		[1] = "established", [2] = "syn_sent",	[3] = "syn_received", [4] = "fin_wait_1",
		[5] = "fin_wait_2",  [6] = "time_wait", [7] = "closed",	      [8] = "close_wait",
		[9] = "last_ack",    [10] = "listen",	[11] = "closing",
	};

	return state < ARRAY_SIZE(names) ? names[state] : NULL;
}
