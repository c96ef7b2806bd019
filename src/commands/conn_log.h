/* SPDX-License-Identifier: MIT */
/*
 * -o zeek: a line for each connection, not for each event. Of what is established the end is
 * awaited; what is open when the input ends has its line then.
 */
#ifndef COMMANDS_CONN_LOG_H
#define COMMANDS_CONN_LOG_H

#include "commands/output.h"

struct conn_log;

/* Says why it cannot. Returns an exit status; the caller closes it, opened or not. */
enum exit_status conn_log_open(struct output *output, struct conn_log **ret);
void conn_log_close(struct conn_log *conn_log);

/* An event, and the session that it is of: as output_line() takes it. */
void conn_log_event(struct conn_log *conn_log, struct session *session, const struct event *event,
		    int64_t boot_to_utc_ns);

/* Nothing more will be heard of what is open: a line for each, up to as many as are wanted. */
void conn_log_settle(struct conn_log *conn_log);

#endif
