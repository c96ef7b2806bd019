// SPDX-License-Identifier: MIT
#include "replay/value.h"

#include <errno.h>
#include <string.h>

#include "util/errno_name.h"
#include "util/utc.h"
#include "util/utf8.h"

/* Errnos are below: asm-generic/errno.h. */
#define ERRNO_END 4096

int value_u64(struct part text, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;

	if (!text.len)
		return -EBADMSG;
	for (size_t i = 0; i < text.len; i++) {
		uint64_t digit = (uint64_t)(text.at[i] - '0');

		if (text.at[i] < '0' || text.at[i] > '9' || value > (max - digit) / 10)
			return -EBADMSG;
		value = value * 10 + digit;
	}
	*ret = value;
	return 0;
}

int value_time(const char *text, uint64_t *ret_utc_ns)
{
	return utc_parse(text, ret_utc_ns) ? -EBADMSG : 0;
}

static int event_name(const char *name, struct replay_line *line)
{
	for (unsigned int kind = EVENT_CONNECT; kind < EVENT_KIND_END; kind++) {
		if (strcmp(name, event_kind_name((enum event_kind)kind)))
			continue;
		line->kind = REPLAY_EVENT;
		line->event.kind = (enum event_kind)kind;
		return 0;
	}
	return -EBADMSG;
}

int value_event_name(const char *name, struct replay_line *line)
{
	if (!strncmp(name, "tcp.", strlen("tcp.")))
		return event_name(name + strlen("tcp."), line);
	if (strncmp(name, "tpconnect.", strlen("tpconnect.")) != 0)
		return -EBADMSG;
	name += strlen("tpconnect.");
	line->kind = !strcmp(name, "start")	  ? REPLAY_START
		     : !strcmp(name, "loss")	  ? REPLAY_LOSS
		     : !strcmp(name, "heartbeat") ? REPLAY_HEARTBEAT
		     : !strcmp(name, "stop")	  ? REPLAY_STOP
						  : REPLAY_OTHER;
	return 0;
}

/* Lower-case hexadecimal digits up to that character. */
static int take_hex(const char **text, char behind, uint64_t max, uint64_t *ret)
{
	static const char digits[] = PART_HEX;
	size_t len = strspn(*text, digits);
	uint64_t value = 0;

	if (!len || (*text)[len] != behind)
		return -EBADMSG;
	for (size_t i = 0; i < len; i++) {
		if (value > max >> 4)
			return -EBADMSG;
		value = value << 4 | (uint64_t)(strchr(digits, (*text)[i]) - digits);
	}
	*text += len + 1;
	*ret = value;
	return 0;
}

int value_id(const char *text, struct event *event)
{
	uint64_t start_ns, cpu;

	if (*text == 'p')
		text++;
	if (take_hex(&text, '-', UINT64_MAX, &start_ns) || take_hex(&text, '\0', UINT16_MAX, &cpu))
		return -EBADMSG;
	event->start_ns = start_ns;
	event->cpu = (uint16_t)cpu;
	return 0;
}

int value_address(const char *text, uint8_t ret[16])
{
	uint32_t prefix;

	return strchr(text, '/') || parse_network(text, ret, &prefix) ? -EBADMSG : 0;
}

int value_errno(const char *text, uint16_t *ret)
{
	uint64_t number;

	if (!value_u64((struct part){text, strlen(text)}, ERRNO_END - 1, &number)) {
		*ret = (uint16_t)number;
		return 0;
	}
	for (int error = 1; error < ERRNO_END; error++) {
		const char *name = errno_name(error);

		if (name && !strcmp(name, text)) {
			*ret = (uint16_t)error;
			return 0;
		}
	}
	return -EBADMSG;
}

int value_origin(const char *text, enum origin *ret)
{
	for (unsigned int origin = 0; origin < ORIGIN_END; origin++) {
		if (!strcmp(text, origin_name((enum origin)origin))) {
			*ret = (enum origin)origin;
			return 0;
		}
	}
	return -EBADMSG;
}

int value_ended(const char *text, enum ended *ret)
{
	for (unsigned int ended = ENDED_UNKNOWN + 1; ended < ENDED_END; ended++) {
		if (!strcmp(text, ended_name((enum ended)ended))) {
			*ret = (enum ended)ended;
			return 0;
		}
	}
	return -EBADMSG;
}

int value_direction(const char *text, enum direction *ret)
{
	for (unsigned int direction = 0; direction < DIRECTION_END; direction++) {
		if (!strcmp(text, direction_name((enum direction)direction))) {
			*ret = (enum direction)direction;
			return 0;
		}
	}
	return -EBADMSG;
}

int value_dns_source(const char *text, enum dns_source *ret)
{
	for (unsigned int source = DNS_FROM_PROCESS; source <= DNS_FROM_HOST; source++) {
		if (!strcmp(text, dns_source_name((enum dns_source)source))) {
			*ret = (enum dns_source)source;
			return 0;
		}
	}
	return -EBADMSG;
}

int value_state(const char *text, uint8_t *ret)
{
	for (unsigned int state = 1; state <= UINT8_MAX; state++) {
		const char *name = tcp_state_name((uint8_t)state);

		if (name && !strcmp(text, name)) {
			*ret = (uint8_t)state;
			return 0;
		}
	}
	return -EBADMSG;
}

int value_device(const char *text, uint32_t *ret_major, uint32_t *ret_minor)
{
	struct part minor, major = {text, strlen(text)};
	uint64_t numbers[2];

	if (!part_take_behind(&major, ':', &minor) || value_u64(major, UINT32_MAX, &numbers[0]) ||
	    value_u64(minor, UINT32_MAX, &numbers[1]))
		return -EBADMSG;
	*ret_major = (uint32_t)numbers[0];
	*ret_minor = (uint32_t)numbers[1];
	return 0;
}

void value_comm(const char *text, char ret[COMM_LEN])
{
	size_t len = strlen(text), at = 0, n;
	uint32_t code_point;

	while (at < len && (n = utf8_step(text + at, len - at, &code_point)) && at + n < COMM_LEN)
		at += n;
	memcpy(ret, text, at);
	memset(ret + at, 0, COMM_LEN - at);
}
