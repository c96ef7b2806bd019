/* SPDX-License-Identifier: MIT */
/* How each option's value is taken: the functions of the option table's rows. */
#ifndef OPTIONS_SET_H
#define OPTIONS_SET_H

#include "model/event.h"
#include "options/options.h"
#include "util/keywords.h"

#define EVENTS_ALL ((EVENT_BIT(EVENT_KIND_END) - 1) & ~1u)
/* What -f shows; of the established ones, those after a retry. */
#define EVENTS_FAILED                                                                              \
	(EVENT_BIT(EVENT_FAILED) | EVENT_BIT(EVENT_CANCELLED) | EVENT_BIT(EVENT_RETRY) |           \
	 EVENT_BIT(EVENT_ESTABLISHED))
/* The events that have a latency, and the close of a connection whose result had one. */
#define EVENTS_TIMED                                                                               \
	(EVENT_BIT(EVENT_ESTABLISHED) | EVENT_BIT(EVENT_FAILED) | EVENT_BIT(EVENT_CANCELLED) |     \
	 EVENT_BIT(EVENT_CLOSE))
#define EVENTS_DEFAULT EVENTS_FAILED
#define EVENTS_COUNT                                                                               \
	(EVENT_BIT(EVENT_CONNECT) | EVENT_BIT(EVENT_ESTABLISHED) | EVENT_BIT(EVENT_FAILED) |       \
	 EVENT_BIT(EVENT_CANCELLED))
/* What becomes a connection's line in Zeek's conn.log. */
#define EVENTS_ENDS                                                                                \
	(EVENT_BIT(EVENT_ESTABLISHED) | EVENT_BIT(EVENT_FAILED) | EVENT_BIT(EVENT_CANCELLED) |     \
	 EVENT_BIT(EVENT_CLOSE))
#define RING_SIZE    (4 * 1024 * 1024)
#define REPEAT_LIMIT 100
#define STORE_DIR    "/var/lib/tpconnect"
#define STORE_SIZE   (10ull << 30)

/* Quotes at most 80 bytes of the user's input, so that the advice after it is never cut off. */
#define QUOTED "%.80s"

/* What a row's `set` is. */
typedef int option_set(struct options *options, const char *value, struct error *reason);

/* Writes why a value is refused; the option's name will stand before it. Returns -EINVAL. */
int refuse_value(struct error *reason, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * The same for a name that is none of the words; a near one is suggested. name: NULL if there was
 * no memory for it.
 */
int refuse_choice(struct error *reason, const char *what, const char *name, keywords_fn *words);

/*
 * Each word of a filter's value may have one "!" before it, and is left out then. Returns 0; or
 * -EINVAL and why, for two of them or nothing behind one.
 */
int check_signs(const char *value, struct error *reason);

/*
 * parse_list() for the value of such a filter: calls add() for each word, without its "!", and
 * whether it had one. *ret_word has it still.
 */
typedef int filter_add(struct options *options, const char *word, bool left_out);

int filter_list(struct options *options, const char *value, filter_add *add, char **ret_word);

/*
 * Once all options are known: what is both named and left out is left out. Returns 0; or -EINVAL
 * and a line in error, if nothing would be left.
 */
int settle_filters(struct options *options, struct error *error);

/* Likewise: which events they ask for. */
int finish_events(struct options *options, struct error *error);

/* And which rights tracing needs to the end. Reads /etc/passwd, if it gives any up. */
int finish_rights(struct options *options, struct error *error);

/* filters.c: which attempts */
option_set set_pid, set_uid, set_port, set_dst, set_comm, set_cgroup, set_netns;

/* who.c: whose attempts, by what user space compares */
option_set set_exe, set_container, set_unit;

/* events.c: which of their events, and how they are put together */
option_set set_events, set_min_latency, set_by, set_max_events, set_time;

/* store.c: what is kept, and for how long back it is asked for */
option_set set_store, set_store_size, set_metrics_file, set_pin, set_since, set_until;

/* audit.c: what is expected, and of whom */
option_set set_allow, set_learn, set_scope_of_audit;

/* Once all options are known: whether they go together. Returns 0; or -EINVAL and a line. */
int finish_audit(struct options *options, struct error *error);

/* rights.c: who traces */
option_set set_user;

/* output.c: how and where they are shown, and everything else */
option_set set_output, set_write, set_dns, set_filter, set_replay, set_repeat_limit, set_color,
	set_object, set_btf, set_ring_size, set_quiet, set_verbose, set_help, set_version;

/* Words that options take, by index; NULL behind the last. */
keywords_fn event_name, output_format_name, color_name, dns_name, audit_scope_name;

/* A record does not have where a cgroup lay in the tree. */
#define NO_CGROUP_OF_HISTORY "it is not for history; take --unit or --container"

#endif
