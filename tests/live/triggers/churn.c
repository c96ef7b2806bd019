// SPDX-License-Identifier: MIT
/*
 * Connections that begin and end as fast as this host can, some of them open at any time, until
 * standard input ends. Usage: churn OPEN PORT, at 127.0.0.0/8. Which of the OPEN ends next is by
 * chance. Says "churning" on stderr once so many are open.
 *
 * Of each it prints one line, when it has ended: its own address and port, the peer's, when
 * connect(2) began and had returned, when close(2) began and had returned (UTC, ns), the payload
 * sent, and whether it was closed by a RST (1), which is at once, or not (0).
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "trigger.h"

#define ADDRESSES 200 /* so that ports do not run out: what closes without a RST keeps one */
#define GRACEFUL  8   /* one in so many */

struct connection {
	int fd; /* 0: there is none */
	int sent;
	char local[INET_ADDRSTRLEN + 8], peer[INET_ADDRSTRLEN + 8];
	long begun_ns, connected_ns;
};

static long utc_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000000000L + now.tv_nsec;
}

static void name(const struct sockaddr_storage *addr, char *text, size_t size)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)addr;

	snprintf(text, size, "%s %u", inet_ntoa(in->sin_addr), port_of(addr));
}

static void begin(struct connection *connection, const char *port)
{
	static char bytes[1000];
	struct sockaddr_storage local;
	struct target target;
	char addr[16];

	snprintf(addr, sizeof(addr), "127.0.0.%d", 1 + rand() % ADDRESSES);
	target = target_parse(addr, port, false);
	connection->fd = socket_for(&target, 0);
	connection->sent = 1 + rand() % sizeof(bytes);
	connection->begun_ns = utc_ns();
	if (connect_to(connection->fd, &target))
		die("connect");
	connection->connected_ns = utc_ns();
	if (!local_of(connection->fd, &local))
		die("getsockname");
	name(&local, connection->local, sizeof(connection->local));
	name(&target.addr, connection->peer, sizeof(connection->peer));
	if (write(connection->fd, bytes, connection->sent) != connection->sent)
		die("write");
}

static void end(struct connection *connection)
{
	struct linger linger = {.l_onoff = rand() % GRACEFUL > 0};
	long closing_ns;

	setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	closing_ns = utc_ns();
	close(connection->fd);
	printf("%s %s %ld %ld %ld %ld %d %d\n", connection->local, connection->peer,
	       connection->begun_ns, connection->connected_ns, closing_ns, utc_ns(),
	       connection->sent, linger.l_onoff);
	connection->fd = 0;
}

static bool input_ends(void)
{
	struct pollfd pollfd = {.fd = STDIN_FILENO, .events = POLLIN};

	return poll(&pollfd, 1, 0) == 1;
}

int main(int argc, char **argv)
{
	struct connection *connections;
	int n = argc == 3 ? atoi(argv[1]) : 0;

	if (n <= 0)
		die("usage: churn OPEN PORT");
	connections = calloc(n, sizeof(*connections));
	for (int i = 0; i < n; i++)
		begin(&connections[i], argv[2]);
	fprintf(stderr, "churning\n");
	while (!input_ends()) {
		struct connection *one = &connections[rand() % n];

		end(one);
		begin(one, argv[2]);
	}
	for (int i = 0; i < n; i++)
		end(&connections[i]);
	free(connections);
}
