/* SPDX-License-Identifier: MIT */
/* Sockets that are open, and what is known of each: what open.c shares with open_*.c. */
#ifndef OPEN_H
#define OPEN_H

#include <netinet/in.h>
#include <netinet/tcp.h> /* TCP_ESTABLISHED and the other states */
#include <stdint.h>

#include "trigger.h"

/* A socket: one end of a connection, or a listener. */
struct end {
	const char *way;
	int fd;		       /* in its holder's table; -1: no process has it in one */
	pid_t pid;	       /* the holder; of several, the one that started first; 0: none */
	int holders;	       /* processes */
	const char *direction; /* NULL: it listens */
	bool or_unknown;       /* there may be no evidence of the direction */
	uint8_t state;
	bool elsewhere;	     /* its state cannot be asked for here */
	long sent, received; /* payload, each byte once */
	long unacked;	     /* of what was sent */
	struct target local, peer;
	ino_t netns;
};

/* The end that connected, and the one that was accepted. */
struct ends {
	struct end *out, *in;
};

struct way {
	const char *name; /* NULL behind the last one */
	void (*make)(void);
};

extern const struct way ways_to_connect[], ways_to_end[], ways_to_hold[];

/* Notes an open socket of this process; of the way that is being made. */
struct end *end_of(int fd, const char *direction, uint8_t state);

/* target: where to; where its port is 0, it gets the one that was found. Notes the listener. */
int listen_at(struct target *target);

/* Connects `out` to a listener, which accepts it; each says something to the other. */
struct ends connect_both(int out, int listener, const struct target *target);

/* Both ends at 127.0.0.1; port: a listener there is shared by all ways that name it. */
struct ends connected(const char *port);

/* What to do with packets to the ports of the shared listeners is up to the caller of the program.
 */
#define PORT	     "80"
#define PORT_NARROW  "81" /* accepts with little room for what is not read */
#define PORT_NO_DATA "90" /* packets of more than 1000 bytes to it must be dropped */
#define PORT_NO_FIN  "91" /* FINs to it must be dropped */
#define PORT_NO_SYN  "92" /* SYNs to it must be dropped */

/* Some bytes, which the other side reads. */
void say(struct end *from, struct end *to);

/* As many bytes as the other side takes in unread, and more that cannot leave. */
void fill(struct end *from, struct end *to);

/* Shuts down what this end sends; returns once both ends are in these states. */
void shut(struct end *end, uint8_t state, struct end *other, uint8_t other_state);

/* No process has a descriptor of it any more. */
void unheld(struct end *end);

/* Closes the last descriptor of this end, which lives on for a while, in this state. */
void orphan(struct end *end, uint8_t state);

void set_option(int fd, int level, int name, int value);
void bind_to(int fd, const struct target *target);

/* A number that an ioctl(2) gives. */
int number_of(int fd, unsigned long request);

#endif
