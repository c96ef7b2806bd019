// SPDX-License-Identifier: MIT
#include <string.h>

#include "fuzz/lines.h"
#include "util/array.h"

static bool is_array(const char *key)
{
	return !strcmp(key, "process.command_args") ||
	       !strcmp(key, "tpconnect.process.ancestors") || !strcmp(key, "tpconnect.dns.names");
}

json_t *parse_json(const struct line *line, size_t max)
{
	json_error_t error;
	const char *key;
	json_t *object, *value;

	check_one_line(line, max);
	object = json_loadb(line->text, line->buffer.len - 1, JSON_REJECT_DUPLICATES, &error);
	check_line(line, object, error.text);
	check_line(line, json_is_object(object), "no object");
	json_object_foreach(object, key, value) check_line(
		line,
		json_is_string(value) || json_is_integer(value) || json_is_boolean(value) ||
			(is_array(key) && json_is_array(value)),
		key);
	return object;
}

void check_json_integer(const json_t *object, const char *key, uint64_t expected)
{
	const json_t *value = json_object_get(object, key);

	check(json_is_integer(value) && (uint64_t)json_integer_value(value) == expected, "%s", key);
}

static void check_json_address(const json_t *object, const char *key, const __u8 addr[16])
{
	const char *text = json_string_value(json_object_get(object, key));

	check(text, "%s", key);
	check_address(text, addr);
}

void check_json_name(const json_t *object, const char *key, const char *expected)
{
	const char *name = json_string_value(json_object_get(object, key));
	json_t *valid = json_string(expected);

	check(name, "%s", key);
	if (valid)
		check(!strcmp(name, expected), "%s: %s", key, name);
	json_decref(valid);
}

/* All of it, or nothing; but a socket of before has its cgroup without a process, too. */
static void check_json_process(json_t *object, const struct attempt *a, bool preexisting)
{
	static const char *const keys[] = {
		"process.pid",		 "thread.id",
		"process.parent_pid",	 "process.executable.name",
		"thread.name",		 "process.user.id",
		"process.creation.time",
	};

	check(a->pid || preexisting || !json_object_get(object, "tpconnect.cgroup.id"),
	      "the cgroup of nobody");
	for (size_t i = 0; !a->pid && i < ARRAY_SIZE(keys); i++)
		check(!json_object_get(object, keys[i]), "%s of nobody", keys[i]);
	if (!a->pid)
		return;
	check_json_integer(object, "process.pid", a->pid);
	check_json_integer(object, "process.user.id", a->uid);
	check_json_name(object, "process.executable.name", a->comm);
	if (preexisting) {
		check(!json_object_get(object, "thread.id"), "a thread that holds");
		check(!json_object_get(object, "thread.name"), "a thread that holds");
		return;
	}
	check_json_integer(object, "thread.id", a->tid);
	check_json_name(object, "thread.name", a->thread_comm);
}

void check_json(const struct line *line, const struct attempt *a, const struct event *event)
{
	json_t *object = parse_json(line, format_line_max(event));

	check_json_integer(object, "tpconnect.seq", 7);
	check_json_process(object, a, event->preexisting);
	check_json_who(object, event);
	if (event->kind != EVENT_OPEN || !event_listens(event)) {
		check_json_integer(object, "network.peer.port", a->dport);
		check_json_address(object, "network.peer.address", a->daddr);
	}
	if (a->sport) {
		check_json_integer(object, "network.local.port", a->sport);
		check_json_address(object, "network.local.address", a->saddr);
	}
	json_decref(object);
}
