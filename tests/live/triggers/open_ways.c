// SPDX-License-Identifier: MIT
/* Ways in which a connection can have come about. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "open.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static int listener_at(const char *addr, struct target *ret)
{
	*ret = target_parse(addr, "0", false);
	return listen_at(ret);
}

static struct target any_port(void)
{
	return target_parse("127.0.0.1", "0", false);
}

static void bound_port(void)
{
	struct target target, from = any_port();
	int listener = listener_at("127.0.0.1", &target), out = socket_for(&target, 0);

	bind_to(out, &from);
	connect_both(out, listener, &target);
}

/* From a port at which this host listens as well: both are bound before one of them listens. */
static void listening_port(void)
{
	struct target target, from = any_port();
	int listener = listener_at("127.0.0.1", &target), other = socket_for(&from, 0);
	int out = socket_for(&target, 0);

	set_option(other, SOL_SOCKET, SO_REUSEADDR, 1);
	set_option(out, SOL_SOCKET, SO_REUSEADDR, 1);
	bind_to(other, &from);
	from.len = sizeof(from.addr);
	if (getsockname(other, (struct sockaddr *)&from.addr, &from.len))
		die("getsockname");
	bind_to(out, &from);
	if (listen(other, 8))
		die("listen");
	end_of(other, NULL, TCP_LISTEN);
	connect_both(out, listener, &target);
}

static void listening_port_shared(void)
{
	struct target target, from = any_port();
	int listener = listener_at("127.0.0.1", &target), other = socket_for(&from, 0);
	int out = socket_for(&target, 0);

	set_option(other, SOL_SOCKET, SO_REUSEPORT, 1);
	set_option(out, SOL_SOCKET, SO_REUSEPORT, 1);
	bind_to(other, &from);
	if (listen(other, 8))
		die("listen");
	from = end_of(other, NULL, TCP_LISTEN)->local;
	bind_to(out, &from);
	connect_both(out, listener, &target);
}

static void listener_gone(void)
{
	struct target target = any_port();
	int listener = socket_for(&target, 0);

	bind_to(listener, &target);
	target.len = sizeof(target.addr);
	if (listen(listener, 8) ||
	    getsockname(listener, (struct sockaddr *)&target.addr, &target.len))
		die("listen");
	connect_both(socket_for(&target, 0), listener, &target);
	close(listener);
}

/* --- Fast Open: the first bytes are in the SYN, without a cookie */

static void fast_open(bool accepts)
{
	struct target target;
	int listener = listener_at("127.0.0.1", &target), out = socket_for(&target, 0), in;
	struct tcp_info info;
	socklen_t len = sizeof(info);
	struct ends ends;
	char bytes[500] = "";

	if (accepts)
		set_option(listener, IPPROTO_TCP, TCP_FASTOPEN, 8);
	if (sendto(out, bytes, sizeof(bytes), MSG_FASTOPEN, (struct sockaddr *)&target.addr,
		   target.len) != sizeof(bytes))
		die("MSG_FASTOPEN");
	in = accept(listener, NULL, NULL);
	if (in < 0 || recv(in, bytes, sizeof(bytes), MSG_WAITALL) != sizeof(bytes))
		die("accept or read");
	ends.out = end_of(out, "out", TCP_ESTABLISHED);
	ends.in = end_of(in, "in", TCP_ESTABLISHED);
	ends.out->sent = ends.in->received = sizeof(bytes);
	say(ends.out, ends.in);
	say(ends.in, ends.out);
	if (getsockopt(out, IPPROTO_TCP, TCP_INFO, &info, &len) ||
	    !!(info.tcpi_options & 32 /* TCPI_OPT_SYN_DATA */) != accepts)
		die("the peer has %s the bytes of the SYN", accepts ? "refused" : "taken");
}

static void fast_open_taken(void)
{
	fast_open(true);
}

static void fast_open_refused(void)
{
	fast_open(false);
}

/* --- other protocols and families */

/* Of an MPTCP connection, what is open is its TCP connection. */
static void mptcp(void)
{
	struct target target = any_port();
	int listener = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
	int out = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);

	if (listener < 0 || out < 0)
		unable("no MPTCP");
	bind_to(listener, &target);
	if (listen(listener, 8))
		die("listen");
	target = end_of(listener, NULL, TCP_LISTEN)->local;
	connect_both(out, listener, &target);
}

static void ipv6(void)
{
	struct target target;
	int listener = listener_at("::1", &target);

	connect_both(socket_for(&target, 0), listener, &target);
}

static void ipv4_mapped(void)
{
	struct target target = target_parse("127.0.0.1", "0", true);
	int listener = listen_at(&target);

	connect_both(socket_for(&target, 0), listener, &target);
}

/* --- a socket that was another before */

static void again(void)
{
	struct target target;
	int listener = listener_at("127.0.0.1", &target), out = socket_for(&target, 0), in;
	struct sockaddr nobody = {.sa_family = AF_UNSPEC};

	if (connect_to(out, &target) || write(out, "x", 1) != 1 ||
	    connect(out, &nobody, sizeof(nobody)))
		die("connect to AF_UNSPEC");
	in = accept(listener, NULL, NULL);
	if (in >= 0)
		close(in);
	connect_both(out, listener, &target);
}

/* Both ends are one, and it has opened the connection. */
static void self(void)
{
	struct target target = any_port();
	int fd = socket_for(&target, 0);
	struct end *end;

	bind_to(fd, &target);
	target.len = sizeof(target.addr);
	if (getsockname(fd, (struct sockaddr *)&target.addr, &target.len))
		die("getsockname");
	demand("self", connect_to(fd, &target) ? errno : 0, 0);
	end = end_of(fd, "out", TCP_ESTABLISHED);
	say(end, end);
}

static void attempt(void)
{
	struct target target = target_parse("127.0.0.1", PORT_NO_SYN, false);
	int fd = socket_for(&target, SOCK_NONBLOCK);

	if (!connect_to(fd, &target) || errno != EINPROGRESS)
		die("connect");
	end_of(fd, "out", TCP_SYN_SENT)->peer = target;
}

/* --- TCP_REPAIR: a socket becomes another one, and the peer does not notice */

struct sequences {
	unsigned int send, receive;
};

static unsigned int sequence(int fd, int queue)
{
	unsigned int ret;
	socklen_t len = sizeof(ret);

	set_option(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, queue);
	if (getsockopt(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, &ret, &len))
		die("TCP_QUEUE_SEQ");
	return ret;
}

static void set_sequence(int fd, int queue, unsigned int value)
{
	set_option(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, queue);
	set_option(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, value);
}

/* The descriptor stays the same; who opened the connection is in no counter of the new socket. */
static void repair(struct end *end, struct end *other)
{
	int fd = socket_for(&end->peer, 0);
	struct sequences at;

	set_option(end->fd, IPPROTO_TCP, TCP_REPAIR, 1);
	at.send = sequence(end->fd, TCP_SEND_QUEUE);
	at.receive = sequence(end->fd, TCP_RECV_QUEUE);
	close(end->fd);
	set_option(fd, IPPROTO_TCP, TCP_REPAIR, 1);
	set_sequence(fd, TCP_SEND_QUEUE, at.send);
	set_sequence(fd, TCP_RECV_QUEUE, at.receive);
	bind_to(fd, &end->local);
	if (connect_to(fd, &end->peer))
		die("connect of TCP_REPAIR");
	set_option(fd, IPPROTO_TCP, TCP_REPAIR, 0);
	if (dup2(fd, end->fd) < 0 || close(fd))
		die("dup2");
	end->or_unknown = true;
	end->sent = end->received = 0;
	say(other, end);
}

static void repaired(void)
{
	struct ends ends = connected(PORT);

	repair(ends.out, ends.in);
}

static void repaired_accepted(void)
{
	struct ends ends = connected(PORT);

	repair(ends.in, ends.out);
}

const struct way ways_to_connect[] = {
	{"bound-port", bound_port},
	{"listening-port", listening_port},
	{"listening-port-shared", listening_port_shared},
	{"listener-gone", listener_gone},
	{"fast-open", fast_open_taken},
	{"fast-open-refused", fast_open_refused},
	{"mptcp", mptcp},
	{"ipv6", ipv6},
	{"ipv4-mapped", ipv4_mapped},
	{"again", again},
	{"self", self},
	{"attempt", attempt},
	{"repaired", repaired},
	{"repaired-accepted", repaired_accepted},
	{},
};
