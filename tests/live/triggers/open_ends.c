// SPDX-License-Identifier: MIT
/* Connections that one side or both have begun to end, or that cannot send what they have. */
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "open.h"

/* --- both sides have what the other has sent */

static void established(void)
{
	connected(PORT);
}

static void half_closed(void)
{
	struct ends ends = connected(PORT);

	shut(ends.out, TCP_FIN_WAIT2, ends.in, TCP_CLOSE_WAIT);
	say(ends.in, ends.out);
}

static void half_closed_by_peer(void)
{
	struct ends ends = connected(PORT);

	shut(ends.in, TCP_FIN_WAIT2, ends.out, TCP_CLOSE_WAIT);
	say(ends.out, ends.in);
}

/* --- a side does not read, so that the other's FIN cannot leave behind all the data */

static void full(void)
{
	struct ends ends = connected(PORT_NARROW);

	fill(ends.out, ends.in);
	fill(ends.in, ends.out);
}

static void orphaned(void)
{
	struct ends ends = connected(PORT_NARROW);

	fill(ends.out, ends.in);
	orphan(ends.out, TCP_FIN_WAIT1);
}

static void orphaned_accepted(void)
{
	struct ends ends = connected(PORT_NARROW);

	fill(ends.in, ends.out);
	orphan(ends.in, TCP_FIN_WAIT1);
}

static void closing(void)
{
	struct ends ends = connected(PORT_NARROW);

	fill(ends.out, ends.in);
	shut(ends.out, TCP_FIN_WAIT1, ends.in, TCP_ESTABLISHED);
	shut(ends.in, TCP_FIN_WAIT2, ends.out, TCP_CLOSING);
}

static void closing_accepted(void)
{
	struct ends ends = connected(PORT_NARROW);

	fill(ends.in, ends.out);
	shut(ends.in, TCP_FIN_WAIT1, ends.out, TCP_ESTABLISHED);
	shut(ends.out, TCP_FIN_WAIT2, ends.in, TCP_CLOSING);
}

static void last_ack(void)
{
	struct ends ends = connected(PORT_NARROW);

	fill(ends.out, ends.in);
	shut(ends.in, TCP_FIN_WAIT2, ends.out, TCP_CLOSE_WAIT);
	shut(ends.out, TCP_LAST_ACK, ends.in, TCP_FIN_WAIT2);
}

static void last_ack_orphaned(void)
{
	struct ends ends = connected(PORT_NARROW);

	fill(ends.out, ends.in);
	shut(ends.in, TCP_FIN_WAIT2, ends.out, TCP_CLOSE_WAIT);
	orphan(ends.out, TCP_LAST_ACK);
}

/* --- what has left is not answered */

static void unanswered(void)
{
	struct ends ends = connected(PORT_NO_DATA);
	static char bytes[2000];

	if (write(ends.out->fd, bytes, sizeof(bytes)) != sizeof(bytes))
		die("unanswered: write");
	ends.out->unacked = number_of(ends.out->fd, SIOCOUTQ);
	if (ends.out->unacked != sizeof(bytes))
		die("unanswered: the peer has what it should not");
	ends.out->sent += sizeof(bytes);
}

static void fin_unanswered(void)
{
	struct ends ends = connected(PORT_NO_FIN);

	shut(ends.out, TCP_FIN_WAIT1, ends.in, TCP_ESTABLISHED);
}

static void closing_fin_unanswered(void)
{
	struct ends ends = connected(PORT_NO_FIN);

	shut(ends.out, TCP_FIN_WAIT1, ends.in, TCP_ESTABLISHED);
	shut(ends.in, TCP_FIN_WAIT2, ends.out, TCP_CLOSING);
}

static void last_ack_fin_unanswered(void)
{
	struct ends ends = connected(PORT_NO_FIN);

	shut(ends.in, TCP_FIN_WAIT2, ends.out, TCP_CLOSE_WAIT);
	shut(ends.out, TCP_LAST_ACK, ends.in, TCP_FIN_WAIT2);
}

const struct way ways_to_end[] = {
	{"established", established},
	{"half-closed", half_closed},
	{"half-closed-by-peer", half_closed_by_peer},
	{"full", full},
	{"orphaned", orphaned},
	{"orphaned-accepted", orphaned_accepted},
	{"closing", closing},
	{"closing-accepted", closing_accepted},
	{"last-ack", last_ack},
	{"last-ack-orphaned", last_ack_orphaned},
	{"unanswered", unanswered},
	{"fin-unanswered", fin_unanswered},
	{"closing-fin-unanswered", closing_fin_unanswered},
	{"last-ack-fin-unanswered", last_ack_fin_unanswered},
	{},
};
