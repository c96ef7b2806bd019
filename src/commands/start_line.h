/* SPDX-License-Identifier: MIT */
/* The line that a session of events begins with, for people. */
#ifndef COMMANDS_START_LINE_H
#define COMMANDS_START_LINE_H

#include "engine/consumer.h"
#include "options/options.h"

/* Says what is traced at which tracepoints, and what stays unseen or unknown. */
void start_line_say(const struct options *options, const struct session_start *start);

/* "all", "connected", "udp", "none": tpconnect.dns.seen. */
const char *dns_seen_name(enum probe_dns dns);

#endif
