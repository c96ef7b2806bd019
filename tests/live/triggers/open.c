// SPDX-License-Identifier: MIT
/*
 * Sockets that are open in many ways, until standard input ends. Usage: open [WAY...], or open
 * [-WAY...] for all but these. Says "open" on stderr once all are.
 *
 * Expects a tcp.open of each end, for tests/live/open.jq; besides the keys of the output:
 *   way         its name here
 *   or_unknown  its direction may be unknown
 * What needs rules of a firewall: the ports of open.h. What needs sysctls: Fast Open, with 0x207.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/sockios.h>
#include <sys/stat.h>
#include <unistd.h>

#include "open.h"

#define ENDS_MAX 256

static struct end all_ends[ENDS_MAX];
static int n_ends;
static const char *way_name;

/* --- what ways are made of */

void set_option(int fd, int level, int name, int value)
{
	if (setsockopt(fd, level, name, &value, sizeof(value)))
		die("%s: setsockopt %d %d", way_name, level, name);
}

void bind_to(int fd, const struct target *target)
{
	if (bind(fd, (const struct sockaddr *)&target->addr, target->len))
		die("%s: bind", way_name);
}

int number_of(int fd, unsigned long request)
{
	int number;

	if (ioctl(fd, request, &number))
		die("%s: ioctl %lx", way_name, request);
	return number;
}

struct end *end_of(int fd, const char *direction, uint8_t state)
{
	struct end *end = &all_ends[n_ends++];
	struct stat netns;

	if (n_ends == ENDS_MAX || stat("/proc/thread-self/ns/net", &netns))
		die("%s: too many ends, or no /proc", way_name);
	*end = (struct end){
		.way = way_name,
		.fd = fd,
		.pid = getpid(),
		.holders = 1,
		.direction = direction,
		.state = state,
		.local.len = sizeof(end->local.addr),
		.peer.len = sizeof(end->peer.addr),
		.netns = netns.st_ino,
	};
	if (getsockname(fd, (struct sockaddr *)&end->local.addr, &end->local.len))
		die("%s: getsockname", way_name);
	if (getpeername(fd, (struct sockaddr *)&end->peer.addr, &end->peer.len))
		end->peer.len = 0;
	return end;
}

int listen_at(struct target *target)
{
	int fd = socket_for(target, 0);

	set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	bind_to(fd, target);
	if (listen(fd, 8))
		die("%s: listen", way_name);
	*target = end_of(fd, NULL, TCP_LISTEN)->local;
	return fd;
}

/* Different numbers, so that no two ends can be taken for each other. */
void say(struct end *from, struct end *to)
{
	static char bytes[4096];
	ssize_t size = 100 + 3 * n_ends + from->sent;

	if (write(from->fd, bytes, size) != size || recv(to->fd, bytes, size, MSG_WAITALL) != size)
		die("%s: write or read", way_name);
	from->sent += size;
	to->received += size;
}

static struct tcp_info info_of(int fd)
{
	struct tcp_info info = {};
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		die("%s: TCP_INFO", way_name);
	return info;
}

void fill(struct end *from, struct end *to)
{
	static char bytes[65536];
	ssize_t written = 0, n;
	int tries = 0;

	while ((n = send(from->fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
		written += n;
	/* Once it has begun to ask whether there is room, no more will leave. */
	while (!info_of(from->fd).tcpi_backoff ||
	       number_of(from->fd, SIOCOUTQ) != number_of(from->fd, SIOCOUTQNSD)) {
		if (tries++ == 10000)
			die("%s: it is never full", way_name);
		usleep(1000);
	}
	from->sent += written - number_of(from->fd, SIOCOUTQNSD);
	to->received += number_of(to->fd, SIOCINQ);
	if (from->sent != to->received)
		die("%s: %ld bytes have left, %ld have come", way_name, from->sent, to->received);
}

static const char *state_name(uint8_t state)
{
	static const char *const names[] = {
		[TCP_ESTABLISHED] = "established", [TCP_SYN_SENT] = "syn_sent",
		[TCP_FIN_WAIT1] = "fin_wait_1",	   [TCP_FIN_WAIT2] = "fin_wait_2",
		[TCP_CLOSE_WAIT] = "close_wait",   [TCP_LAST_ACK] = "last_ack",
		[TCP_LISTEN] = "listen",	   [TCP_CLOSING] = "closing",
	};

	return names[state];
}

static void await_state(const struct end *end)
{
	uint8_t state = TCP_CLOSE;

	for (int tries = 0; tries < 10000 && !end->elsewhere; tries++) {
		state = info_of(end->fd).tcpi_state;
		if (state == end->state)
			return;
		usleep(1000);
	}
	if (!end->elsewhere)
		die("%s: its state is %d, not %s", end->way, state, state_name(end->state));
}

void shut(struct end *end, uint8_t state, struct end *other, uint8_t other_state)
{
	if (shutdown(end->fd, SHUT_WR))
		die("%s: shutdown", way_name);
	end->state = state;
	other->state = other_state;
	await_state(end);
	await_state(other);
}

void unheld(struct end *end)
{
	end->fd = -1;
	end->pid = 0;
	end->holders = 0;
	end->elsewhere = true;
}

void orphan(struct end *end, uint8_t state)
{
	close(end->fd);
	end->state = state;
	unheld(end);
}

struct ends connect_both(int out, int listener, const struct target *target)
{
	struct ends ends;
	int in;

	demand(way_name, connect_to(out, target) ? errno : 0, 0);
	in = accept(listener, NULL, NULL);
	if (in < 0)
		die("%s: accept", way_name);
	ends.out = end_of(out, "out", TCP_ESTABLISHED);
	ends.in = end_of(in, "in", TCP_ESTABLISHED);
	say(ends.out, ends.in);
	say(ends.in, ends.out);
	return ends;
}

/* Little room for what is not read, and for what cannot leave. */
static void make_narrow(int fd)
{
	set_option(fd, SOL_SOCKET, SO_RCVBUF, 16384);
	set_option(fd, SOL_SOCKET, SO_SNDBUF, 16384);
}

/* A shared listener, made when the first way needs it. */
static int shared_listener(const struct target *target, bool narrow)
{
	static int listeners[65536];
	int *fd = &listeners[port_of(&target->addr)];
	struct target at = *target;

	if (!*fd) {
		*fd = listen_at(&at);
		if (narrow)
			make_narrow(*fd);
	}
	return *fd;
}

struct ends connected(const char *port)
{
	struct target target = target_parse("127.0.0.1", port, false);
	bool narrow = !strcmp(port, PORT_NARROW);
	int listener = shared_listener(&target, narrow), out = socket_for(&target, 0);

	if (narrow)
		make_narrow(out);
	return connect_both(out, listener, &target);
}

/* --- all of them */

static void expect_holder(const struct end *end)
{
	expect_int("tpconnect.holders", end->holders);
	if (!end->pid) {
		expect_nobody();
		expect_cgroup(); /* of who made it */
		expect_string("tpconnect.cgroup.id", "*");
		return;
	}
	expect_int("process.pid", end->pid);
	expect_int("process.parent_pid", end->pid == getpid() ? getppid() : getpid());
	expect_int("tpconnect.fd", end->fd);
}

static void expect_open(const struct end *end)
{
	/* What does not hold of this process is said again, and that counts. */
	expect("open", end->peer.len ? &end->peer : &end->local);
	expect_endpoint("network.local", &end->local.addr);
	if (!end->peer.len) {
		expect_null("network.peer.address");
		expect_null("network.peer.port");
	}
	expect_int("tpconnect.netns", end->netns);
	expect_holder(end);
	expect_string("network.connection.state", state_name(end->state));
	if (end->direction) {
		expect_string("tpconnect.direction", end->direction);
		expect_int("tpconnect.bytes_sent", end->sent);
		expect_int("tpconnect.bytes_received", end->received);
		expect_int("tpconnect.bytes_unacked", end->unacked);
	} else {
		expect_null("tpconnect.direction");
	}
	expect_bool("or_unknown", end->or_unknown);
	expect_string("way", end->way);
	expect_end();
}

/* Whether the arguments choose it; each that names it is marked as known. */
static bool is_chosen(const struct way *way, char **names, bool *known)
{
	bool named = false, left_out = false, any = false;

	for (int i = 0; names[i]; i++) {
		bool out = names[i][0] == '-', is = !strcmp(names[i] + out, way->name);

		known[i] |= is;
		any |= !out;
		named |= is && !out;
		left_out |= is && out;
	}
	return !left_out && (named || !any);
}

static void make(const struct way *ways, char **names, bool *known)
{
	for (; ways->name; ways++) {
		way_name = ways->name;
		if (is_chosen(ways, names, known))
			ways->make();
	}
}

int main(int argc, char **argv)
{
	bool *known = calloc(argc, sizeof(*known));
	char byte;

	make(ways_to_hold, argv + 1, known);
	make(ways_to_connect, argv + 1, known);
	make(ways_to_end, argv + 1, known);
	for (int i = 0; i < argc - 1; i++)
		if (!known[i])
			die("there is no way %s", argv[i + 1]);
	expect_any_thread();
	for (int i = 0; i < n_ends; i++) {
		await_state(&all_ends[i]);
		expect_open(&all_ends[i]);
	}
	fprintf(stderr, "open\n");
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	free(known);
}
