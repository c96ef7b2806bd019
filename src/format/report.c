// SPDX-License-Identifier: MIT
#include "format/report.h"

#include <stdio.h>
#include <string.h>

#include "format/dns.h"
#include "format/fields.h"
#include "format/who.h"
#include "util/address.h"

static const struct {
	const char *name, *title;
	unsigned int by; /* any of these */
} columns[KEY_COLUMNS] = {
	[KEY_PID] = {"PID", "pid", BY_PROCESS | BY_PID},
	[KEY_COMM] = {"COMM", "comm", BY_PROCESS | BY_PID},
	[KEY_USER] = {"USER", "user", BY_USER},
	[KEY_EXE] = {"EXE", "exe", BY_EXE},
	[KEY_CONTAINER] = {"CONTAINER", "container", BY_CONTAINER},
	[KEY_UNIT] = {"UNIT", "unit", BY_UNIT},
	[KEY_NAME] = {"NAME", "name", BY_NAME},
	[KEY_DST] = {"DST", "dst", BY_DST},
	[KEY_PORT] = {"PORT", "port", BY_PORT},
	[KEY_CGROUP] = {"CGROUP", "cgroup", BY_CGROUP},
};

bool key_has(unsigned int by, enum key_column column)
{
	return by & columns[column].by;
}

const char *key_column_name(enum key_column column)
{
	return columns[column].name;
}

void other_cell(struct cell *cell, const struct group *group)
{
	if (!group->folded) {
		cell_word(cell, "other");
		return;
	}
	cell_start(cell);
	buffer_u64(&cell->text, group->folded);
	buffer_literal(&cell->text, " more");
	cell_done(cell);
}

/* At most so many columns of a user's or service's name: in a file, nothing else bounds it. */
#define NAME_MAX_COLUMNS 32

static void number_or_name(struct cell *cell, uint32_t number, const char *name, unsigned int max)
{
	if (name)
		cell_name(cell, name, max < NAME_MAX_COLUMNS ? max : NAME_MAX_COLUMNS);
	else
		cell_number(cell, number);
}

static void exe_cell(struct cell *cell, const struct group *group, unsigned int max)
{
	const char *const *texts = group->texts;

	who_exe_cell(cell, texts[TEXT_OF_EXE], texts[TEXT_OF_EXE_TAIL], texts[TEXT_OF_MEMFD], max);
}

static void container_cell(struct cell *cell, const struct group *group, unsigned int max)
{
	const char *id = group->texts[TEXT_OF_CONTAINER_ID];
	char digits[CONTAINER_DIGITS + 1];

	if (id) {
		snprintf(digits, sizeof(digits), "%s", id);
		cell_name(cell, digits, max);
	} else if (group->texts[TEXT_OF_CONTAINER_NAME]) {
		cell_path(cell, "", group->texts[TEXT_OF_CONTAINER_NAME], max);
	} else {
		cell_word(cell, "-");
	}
}

static void name_cell(struct cell *cell, const struct group *group, unsigned int max)
{
	struct dns_names names;

	dns_cell(cell, group_names(group, &names) ? &names : NULL, max);
}

static void text_cell(struct cell *cell, const char *text, unsigned int max)
{
	if (text)
		cell_path(cell, "", text, max);
	else
		cell_word(cell, "-");
}

void key_cell(struct cell *cell, const struct group *group, enum key_column column,
	      const struct names *names, unsigned int max)
{
	const struct key *key = &group->key;

	if ((column <= KEY_USER && !(key->has & KEY_HAS_PROCESS)) ||
	    ((column == KEY_DST || column == KEY_PORT) && !(key->has & KEY_HAS_PEER))) {
		cell_word(cell, "-");
		return;
	}
	switch (column) {
	case KEY_PID:
		if (group->process.several)
			cell_word(cell, "several");
		else
			cell_number(cell, group->process.pid);
		return;
	case KEY_COMM:
		cell_name(cell, key->comm, max);
		return;
	case KEY_USER:
		number_or_name(cell, key->uid, names_user(names, key->uid), max);
		return;
	case KEY_EXE:
		exe_cell(cell, group, max);
		return;
	case KEY_CONTAINER:
		container_cell(cell, group, max);
		return;
	case KEY_UNIT:
		text_cell(cell, group->texts[TEXT_OF_UNIT], max);
		return;
	case KEY_NAME:
		name_cell(cell, group, max);
		return;
	case KEY_DST:
		cell_address(cell, key->addr, address_family(key->addr), key->scope_id, max);
		return;
	case KEY_PORT:
		number_or_name(cell, key->port, names_service(names, (uint16_t)key->port), max);
		return;
	default:
		if (key->cgroup_id)
			cell_number(cell, key->cgroup_id);
		else
			text_cell(cell, group->texts[TEXT_OF_CGROUP], max);
	}
}

void key_title(struct buffer *out, const struct group *group, unsigned int by,
	       const struct names *names)
{
	const char *space = "";
	struct cell cell;

	if (group->other) {
		other_cell(&cell, group);
		cell_put(out, &cell, 0, false);
		return;
	}
	for (enum key_column column = 0; column < KEY_COLUMNS; column++) {
		if (!key_has(by, column) || (column == KEY_PID && group->process.several))
			continue;
		key_cell(&cell, group, column, names, KEY_CELL_MAX);
		buffer_puts(out, space);
		buffer_puts(out, columns[column].title);
		buffer_putc(out, '=');
		cell_put(out, &cell, 0, false);
		space = " ";
	}
}

static void put_moment(struct buffer *out, uint64_t utc_ns)
{
	char data[sizeof("2026-02-16T12:34:56.123456789Z")];
	struct buffer date = {.data = data, .cap = sizeof(data)};

	field_time(&date, utc_ns);
	buffer_put(out, data, sizeof("2026-02-16") - 1);
	buffer_putc(out, ' ');
	field_time_of_day(out, utc_ns);
}

void span_bounds(struct buffer *out, const struct span *span)
{
	buffer_literal(out, "from ");
	put_moment(out, span->begin_ns);
	buffer_literal(out, " to ");
	put_moment(out, span->end_ns);
	buffer_literal(out, " UTC:\n");
}

void span_title(struct buffer *out, const struct span *span, const struct format_context *ctx)
{
	put_moment(out, span->end_ns + (uint64_t)ctx->boot_to_utc_ns);
	buffer_literal(out, " UTC, the last ");
	field_duration(out, span->end_ns - span->begin_ns);
	buffer_literal(out, ":\n");
}

static void json_process(struct json *json, const struct group *group)
{
	if (!group->process.several)
		json_u64(json, "process.pid", group->process.pid);
	json_string(json, "process.executable.name", group->key.comm);
}

static void json_address(struct json *json, const struct key *key)
{
	uint8_t family = address_family(key->addr);

	json_word(json, "network.type", family == 4 ? "ipv4" : "ipv6");
	json_text(json, "network.peer.address", put_address(json->out, key->addr, family));
	if (key->scope_id)
		json_u64(json, "tpconnect.peer.scope_id", key->scope_id);
}

size_t report_texts_max(const struct group *group)
{
	size_t sum = 0;

	for (enum key_text i = 0; i < KEY_TEXTS; i++)
		if (group->texts[i])
			sum += 6 * strlen(group->texts[i]);
	return sum;
}

static void json_texts(struct json *json, const char *const texts[KEY_TEXTS])
{
	json_known(json, "process.executable.path", texts[TEXT_OF_EXE]);
	json_known(json, "tpconnect.process.executable.tail", texts[TEXT_OF_EXE_TAIL]);
	json_known(json, "tpconnect.process.executable.memfd", texts[TEXT_OF_MEMFD]);
	json_known(json, "container.id", texts[TEXT_OF_CONTAINER_ID]);
	json_known(json, "container.name", texts[TEXT_OF_CONTAINER_NAME]);
	json_known(json, "tpconnect.systemd.unit", texts[TEXT_OF_UNIT]);
	json_known(json, "process.linux.cgroup", texts[TEXT_OF_CGROUP]);
}

/* In JSON users and ports are numbers, even if their names are known. */
static void json_group(struct json *json, const struct group *group, unsigned int by)
{
	const struct key *key = &group->key;
	struct dns_names names;

	if (group->other) {
		json_true(json, "tpconnect.other");
		return;
	}
	if (by & BY_DST && key->has & KEY_HAS_PEER)
		json_address(json, key);
	if (by & BY_PORT && key->has & KEY_HAS_PEER)
		json_u64(json, "network.peer.port", key->port);
	if (by & (BY_PROCESS | BY_PID) && key->has & KEY_HAS_PROCESS)
		json_process(json, group);
	if (by & BY_USER && key->has & KEY_HAS_PROCESS)
		json_u64(json, "process.user.id", key->uid);
	json_texts(json, group->texts);
	if (group_names(group, &names))
		dns_json_key(json, &names);
	if (by & BY_CGROUP && group->cgroup.id && !group->cgroup.several)
		json_text(json, "tpconnect.cgroup.id", buffer_u64(json->out, group->cgroup.id));
}

void report_json_open(struct json *json, const char *event_name, const struct group *group,
		      unsigned int by, const struct span *span, const struct format_context *ctx)
{
	json_open(json, '{');
	json_text(json, "timestamp",
		  field_time(json->out, span->end_ns + (uint64_t)ctx->boot_to_utc_ns));
	json_word(json, "event.name", event_name);
	json_u64(json, "tpconnect.seq", ctx->seq);
	if (span->end_ns != span->begin_ns) /* else it is of a moment */
		json_u64(json, "tpconnect.interval_ns", span->end_ns - span->begin_ns);
	json_group(json, group, by);
}

void report_json_close(struct json *json)
{
	json_close(json, '}');
	buffer_putc(json->out, '\n');
}
