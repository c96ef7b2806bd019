/* SPDX-License-Identifier: MIT */
/*
 * What the triggers share. A trigger makes connections in one certain way and prints, for each
 * event that must come of it, a line of JSON: the keys of the JSON output that are known for sure,
 * from the system calls of the trigger itself. null: the key must be absent; "*": it must be
 * present, whatever it says. at_most_ns: a bound of the latency, if the event tells one.
 */
#ifndef TRIGGER_H
#define TRIGGER_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>

struct target {
	struct sockaddr_storage addr;
	socklen_t len;
};

/* Prints the message and errno, and exits with status 1. */
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Prints the message and exits with the status that says: this kernel cannot do it. */
void unable(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Parses an address and a port; dies of anything else. mapped: ::ffff:ADDR for an IPv4 address. */
struct target target_parse(const char *addr, const char *port, bool mapped);

/* A TCP socket for the target; type: 0 or SOCK_NONBLOCK. Dies if there is none. */
int socket_for(const struct target *target, int type);

/* Lets this process have n descriptors, or as many as it may have; returns how many. */
int allow_descriptors(int n);

/* How long ago socket_for() made it, in ns; 0 if it did not. */
long long age_of(int fd);

/* Of a server: where a connection that it accepted comes from, in the words of that side. */
void print_accepted(const struct sockaddr_storage *peer);

int connect_to(int fd, const struct target *target);

/* The errno of this name, 0 for "established"; dies of an unknown one. */
int errno_of(const char *name);

/* Dies unless the outcome (an errno, or 0) is the one that the case is about. */
void demand(const char *what, int got, int want);

/* Waits until fd is writable; returns its SO_ERROR. Dies after 20 s. */
int socket_result(int fd);

unsigned int port_of(const struct sockaddr_storage *addr);

/* Whether getsockname tells a port; fills ret if so. */
bool local_of(int fd, struct sockaddr_storage *ret);

/*
 * An expected event, in parts. `expect` begins it, with who the current thread is and where to;
 * expect_end() prints it, in one write so that processes can share the output.
 */
void expect(const char *event, const struct target *target);
/* Whether the text is of one way to write it in JSON: ASCII. */
bool is_plain(const char *text);
/* Who the process is, of what `expect` does not know of itself: part of `expect`. */
void expect_who(void);
/* The part of it that is of each attempt, as a process can be moved: the path of the cgroup. */
void expect_cgroup(void);
/* From now on: its living ancestors as well. */
void expect_ancestors(void);
/* From now on: what each attempt says itself, and no more of who. */
void expect_image_unseen(void);
/* Nothing of who: it cannot be known whose it is. */
void expect_nobody(void);
/* Opens /proc, for when it has no name any more. */
void who_open(void);
/* From now on: which thread connects is not known; where it comes from, of all that is sent. */
void expect_any_thread(void);
void expect_origin(const char *origin);
void expect_int(const char *key, long long value);
void expect_string(const char *key, const char *value);
void expect_bool(const char *key, bool value);
void expect_null(const char *key);
/* Elements of an array, as JSON has them between its brackets. */
void expect_array(const char *key, const char *elements);
/* prefix: "network.peer", "network.local" or "tpconnect.requested". */
void expect_endpoint(const char *prefix, const struct sockaddr_storage *addr);
/* The source, from getsockname; or its port from the range, if that has one port only. */
void expect_local(int fd);
void expect_end(void);

/*
 * The whole of it, for an attempt that left: error is an errno, or 0 for established. Where the
 * socket then has another peer than the target, that was only the request.
 */
void expect_result(int fd, const struct target *target, int error);

/* Likewise, for one that failed before anything could leave. */
void expect_not_sent(const struct target *target, int error);

/* Given up while pending. To be called before, while getsockname still tells the port. */
void expect_cancelled(int fd, const struct target *target);

#endif
